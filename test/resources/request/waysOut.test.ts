import assert from "node:assert/strict";
import { rejection } from "../../support/rejection";
import { failure, name, partial, stage } from "./stage";

const inStateOnly = /retainOnDelete|remove it from the program|pulumi state delete/;

describe("what the error of a request says to do", () => {
  const { enter } = stage();

  it("is to accept the outcome or to remove the resource after a create that is kept", async () => {
    const { create } = await enter({ operations: [{ name, onCancel: "complete" }] });
    const { message } = await partial(create({ expect: ["cancelled"] }));
    assert.match(
      message,
      /add "succeeded" to `expect`\. To give up the resource, remove it from the program, which makes no call\. .*`pulumi state delete`\.$/,
    );
  });

  for (const [title, options] of [
    ["the service doesn't know the operation", {}],
    ["the service can't cancel the operation", { operations: [{ name, answer: "UNIMPLEMENTED" }] }],
  ] as const) {
    it(`offers nothing that needs a state after a create that leaves nothing, because ${title}`, async () => {
      const { create } = await enter(options);
      const { message } = await failure(create({ expect: ["cancelled"] }));
      assert.match(
        message,
        /To accept this outcome, add "\w+" to `expect`\. The failed creation left nothing in the state/,
      );
      assert.doesNotMatch(message, inStateOnly);
    });
  }

  it("offers nothing that needs a state after other failed creates", async () => {
    const { create, emulator } = await enter({ operations: [{ name, answer: "FAILED_PRECONDITION" }] });
    assert.doesNotMatch((await failure(create())).message, inStateOnly);
    emulator.fault({ method: "cancel", then: { status: 403 } });
    assert.doesNotMatch((await failure(create())).message, inStateOnly);
    assert.doesNotMatch(
      (await failure(create({ cancelOn: "delete", operation: "operations/no" }))).message,
      inStateOnly,
    );
  });

  it("is the same after an update as after a create that is kept, also without a call", async () => {
    const { update } = await enter({ operations: [{ name, onCancel: "complete" }] });
    for (const old of [{ outcome: "running" }, { outcome: "succeeded", settleTime: "2026-01-01T00:00:00.000Z" }]) {
      const { message } = await partial(update(old, { expect: ["cancelled"] }));
      assert.match(
        message,
        /add "succeeded" to `expect`\. To give up .*, which makes no call\. .*`pulumi state delete`\.$/,
      );
    }
  });

  it("offers what needs a state after an update that finds the operation gone", async () => {
    const { update } = await enter();
    const { message } = await failure(update({ outcome: "running" }, { expect: ["cancelled"] }));
    assert.match(message, /To accept this outcome, add "notFound".*`pulumi state delete`\.$/);
  });

  it("is to change the program, to run up and to destroy again after a delete with an unexpected outcome", async () => {
    const { remove } = await enter({ operations: [{ name, onCancel: "complete" }] });
    const { message } = await rejection(remove({ cancelOn: "delete", outcome: "running", expect: ["cancelled"] }));
    assert.match(
      message,
      /The resource stays in the state\. To accept this outcome, add "succeeded" to `expect` in the program, run `pulumi up`, and then run `pulumi destroy` again\. To give up the resource without cancelling, set `retainOnDelete`, run `pulumi up`, and then run `pulumi destroy`\. To remove the resource from the state only, run `pulumi state delete`\.$/,
    );
  });

  it("is to destroy again after each other failed delete", async () => {
    const { remove, emulator } = await enter({ operations: [{ name, onCancel: "ignore" }] });
    const old = { cancelOn: "delete", outcome: "running", customTimeouts: { delete: "1ms" } };
    const timedOut = await rejection(remove(old));
    emulator.fault({ method: "cancel", then: { status: 403 } });
    const refused = await rejection(remove({ ...old, customTimeouts: {} }));
    for (const { message } of [timedOut, refused]) {
      assert.match(
        message,
        /\. The resource stays in the state\. Run `pulumi destroy` again\. If the program or the config must change first, change it and run `pulumi up` before that\. .*`pulumi state delete`\.$/,
      );
    }
  });
});
