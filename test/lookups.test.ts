import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { getOperation, getOperationOutput, listOperations, listOperationsOutput } from "../provider";
import { startEmulator, type Emulator } from "../provider/emulator";
import { rejection } from "./support/rejection";

const name = "operations/AbC";

/** Removes the mocks of other tests in this process. */
const withoutMocks = () => {
  pulumi.runtime.resetOptions("project", "stack", -1, "", "", false, "");
};

const value = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

describe("a lookup in a program", () => {
  let emulator: Emulator;
  before(async () => {
    withoutMocks();
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

  for (const [args, issue] of [
    [null, "has no arguments."],
    ["s3cr3t", "has a string as its arguments."],
    [[name], "has a list as its arguments."],
    [pulumi.output({}), "has an output or a promise as its arguments. Use"],
  ] as const) {
    it(`rejects its promise and explains that it ${issue}`, async () => {
      for (const [lookup, example] of [
        [getOperation, '{ operation: "operations/AbC" }'],
        [listOperations, '{ match: { name: "operations/**" } }'],
      ] as const) {
        const { message } = await rejection(lookup(args as never));
        assert.ok(message.startsWith(`${lookup.name} ${issue}`), message);
        assert.ok(message.endsWith(`Give it an object, for example ${example}`), message);
      }
      assert.equal(emulator.calls.count(), 0);
    });
  }
});

describe("a lookup in a test with mocks", () => {
  const found = { id: `//cloudchannel.googleapis.com/${name}`, name, outcome: "running", done: false };
  let emulator: Emulator;
  let asked: pulumi.runtime.MockCallArgs[];
  let answer: (args: pulumi.runtime.MockCallArgs) => unknown;

  before(async () => {
    emulator = await startEmulator({ operations: [{ name }] });
    pulumi.runtime.setConfig("cancellation:endpoint", emulator.endpoint);
    await pulumi.runtime.setMocks({
      newResource: ({ inputs }) => ({ id: "i", state: inputs as object }),
      call: (args) => {
        asked.push(args);
        return answer(args) as object;
      },
    });
  });
  after(async () => {
    assert.equal(emulator.calls.count(), 0);
    withoutMocks();
    pulumi.runtime.setConfig("cancellation:endpoint", "");
    await emulator.stop();
  });
  beforeEach(() => {
    asked = [];
    answer = ({ token }) => (token.endsWith("getOperation") ? found : { operations: [found] });
  });

  it("returns what the mocks return, without a call", async () => {
    assert.deepEqual(await getOperation({ operation: name }), found);
    assert.deepEqual(await listOperations(), [found]);
    assert.deepEqual(asked, [
      { token: "cancellation:index:getOperation", inputs: { operation: name } },
      { token: "cancellation:index:listOperations", inputs: {} },
    ]);
  });

  it("gives the mocks the arguments as the program gave them", async () => {
    const args = { match: { name: "operations/*" }, limit: 5, service: { version: "v1" }, subject: "a@example.com" };
    await listOperations({ ...args, filter: undefined } as object);
    assert.deepEqual(asked[0]?.inputs, args);
  });

  it("returns what the mocks return as an output, and a secret for a secret argument", async () => {
    const read = getOperationOutput({ operation: pulumi.secret(name) });
    assert.deepEqual(await value(read), found);
    assert.equal(await pulumi.isSecret(read), true);
    assert.deepEqual(await value(listOperationsOutput({ limit: pulumi.output(5) })), [found]);
    assert.deepEqual(
      asked.map(({ inputs }) => inputs as unknown),
      [{ operation: name }, { limit: 5 }],
    );
  });

  it("accepts a list, an empty list and a promise from the mocks", async () => {
    answer = () => [found];
    assert.deepEqual(await listOperations(), [found]);
    answer = () => Promise.resolve({ operations: [] });
    assert.deepEqual(await listOperations(), []);
  });

  it("rejects its promise for an argument that isn't valid, before it asks the mocks", async () => {
    assert.match(
      (await rejection(getOperation({ operation: "operations//x" }))).message,
      /- operation .*empty segment/,
    );
    assert.match((await rejection(listOperations({ limit: 0 }))).message, /- limit .*at least 1/);
    assert.deepEqual(asked, []);
  });

  it("reads neither settings nor credentials of the machine that runs the test", async () => {
    pulumi.runtime.setConfig("cancellation:endpoint", "http://example.com");
    try {
      assert.deepEqual(await getOperation({ operation: name }), found);
    } finally {
      pulumi.runtime.setConfig("cancellation:endpoint", emulator.endpoint);
    }
  });

  it("rejects its promise with what to return if the mocks return nothing for its token", async () => {
    for (const nothing of [undefined, null, {}, { operation: name }, [{}], { operations: {} }]) {
      answer = () => nothing;
      assert.match(
        (await rejection(getOperation({ operation: name }))).message,
        /don't return an operation for cancellation:index:getOperation\. .*return for this token.*outcome: "running"/,
      );
      assert.match(
        (await rejection(listOperations())).message,
        /don't return a list of operations for cancellation:index:listOperations\. .*\{ operations: \[\{ id: /,
      );
    }
  });

  it("rejects its promise with the error of the mocks", async () => {
    answer = ({ token }) => {
      throw new Error(`no answer for ${token}`);
    };
    assert.equal((await rejection(listOperations())).message, "no answer for cancellation:index:listOperations");
  });
});
