import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { getOperation, getOperationOutput, listOperations, listOperationsOutput } from "../provider";
import { startEmulator, type Emulator } from "../provider/emulator";
import { rejection } from "./support/rejection";

const name = "operations/AbC";

describe("a lookup in a program", () => {
  let emulator: Emulator;
  before(async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ inputs }) => ({ id: "i", state: inputs as object }),
      call: () => ({}),
    });
    emulator = await startEmulator({
      operations: [
        { name, operationType: "CREATE_ENTITLEMENT" },
        { name: "operations/DeF", done: "cancelled" },
      ],
    });
    pulumi.runtime.setConfig("cancellation:endpoint", emulator.endpoint);
  });
  after(async () => {
    pulumi.runtime.setConfig("cancellation:endpoint", "");
    await emulator.stop();
  });
  beforeEach(() => {
    emulator.calls.clear();
  });

  const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

  it("reads an operation with the stack's config", async () => {
    const { id, outcome, operationType } = await getOperation({ operation: name });
    assert.deepEqual(
      [id, outcome, operationType],
      [`//cloudchannel.googleapis.com/${name}`, "running", "CREATE_ENTITLEMENT"],
    );
  });

  it("lists all operations or those that `match` selects", async () => {
    const outcomes = (await listOperations()).map(({ outcome }) => outcome);
    assert.deepEqual(outcomes, ["running", "cancelled"]);
    const [only, ...more] = await listOperations({ match: { operationTypes: ["CREATE_ENTITLEMENT"] } });
    assert.deepEqual([only?.name, more], [name, []]);
  });

  it("accepts outputs at any depth of its arguments and returns an output", async () => {
    const read = getOperationOutput({ operation: pulumi.output(name), service: pulumi.output({ version: "v1" }) });
    assert.equal((await value(read)).outcome, "running");
    const listed = listOperationsOutput({ match: { name: pulumi.output("operations/D*") }, limit: pulumi.output(5) });
    assert.deepEqual(
      (await value(listed)).map((operation) => operation.name),
      ["operations/DeF"],
    );
    assert.equal((await value(listOperationsOutput())).length, 2);
  });

  it("returns a secret for a secret argument", async () => {
    const read = getOperationOutput({ operation: pulumi.secret(name) });
    assert.equal(await pulumi.isSecret(read), true);
    assert.equal(await pulumi.isSecret(getOperationOutput({ operation: name })), false);
  });

  it("rejects its promise for an argument that isn't valid, and doesn't throw", async () => {
    const failing = getOperation({ operation: "operations//x" });
    assert.match((await rejection(failing)).message, /- operation has an empty segment/);
    assert.equal(emulator.calls.count(), 0);
  });
});
