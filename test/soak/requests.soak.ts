import assert from "node:assert/strict";
import { type Call, type OperationSpec, startEmulator } from "../../provider/emulator";
import { injectFaults } from "./faults";
import { Host } from "./host";

const requests = 2_000;
const share = 0.3;
const seed = Number(process.env["SOAK_SEED"] ?? 1);
const mostSockets = 64;
/** How many bytes a host may grow by. Compiled code and connections take memory, and each request takes none. */
const mostGrowth = 8 * 1024 * 1024;
const customTimeouts = { create: "20s", update: "20s" };

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Returns operations that react to a cancel in every possible way. */
function operations(prefix: string, count: number): OperationSpec[] {
  return Array.from({ length: count }, (_, index): OperationSpec => {
    const settleAfter = (index * 37) % 3_000;
    if (index % 20 === 0) return { name: `operations/${prefix}${index}-forgotten`, completeAfter: 3_000 };
    const onCancel = index % 7 === 0 ? "complete" : index % 11 === 0 ? "fail" : "cancel";
    return { name: `operations/${prefix}${index}`, onCancel, settleAfter, operationType: "CREATE_ENTITLEMENT" };
  });
}

describe(`${requests} requests in one host, with ${share * 100} % of the calls failing`, function () {
  this.timeout(600_000);

  it("settle as their operations do, and leave no memory, sockets or timers behind", async () => {
    const cancels = new Map<string, number[]>();
    const onCall = ({ method, name, time }: Call) => {
      if (method !== "cancel" || name === undefined) return;
      cancels.set(name, [...(cancels.get(name) ?? []), time]);
    };
    const emulator = await startEmulator({ seed, log: "counts", onCall, operations: operations("warm-up-", 200) });
    const host = new Host();
    try {
      const job = { endpoint: emulator.endpoint, inputs: { customTimeouts }, mostSteps: 50 };
      await host.run({ ...job, names: operations("warm-up-", 200).map(({ name = "" }) => name) });
      const before = await host.measure();

      emulator.calls.clear();
      const faults = injectFaults(emulator, share);
      const names = operations("", requests).map((spec) => emulator.add(spec));
      const start = performance.now();
      const fares = await host.run({ ...job, names });
      const seconds = (performance.now() - start) / 1000;
      const after = await host.measure();
      const hits = faults.hits();

      const calls = emulator.calls.count();
      const faulty = hits.reduce((sum, count) => sum + count, 0);
      const outcomes = new Map<string, number>();
      for (const { outcome = "none" } of fares) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const steps = fares.reduce((sum, fare) => sum + fare.steps, 0);
      console.log(
        [
          `  ${requests} requests, seed ${seed}: ${seconds.toFixed(1)} s`,
          `  calls: ${calls} (${(calls / requests).toFixed(2)} a request: ${emulator.calls.count("cancel")} cancels, ${emulator.calls.count("get")} gets), at most ${emulator.calls.mostAtOnce} at once`,
          `  faults: ${faulty} of ${faults.kinds} kinds (${((faulty / calls) * 100).toFixed(1)} % of the calls)`,
          `  steps: ${steps} (${(steps / requests).toFixed(2)} a request)`,
          `  outcomes: ${[...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(", ")}`,
          `  heap: ${megabytes(before.heap)} before, ${megabytes(after.heap)} after; sockets: at most ${after.mostSockets}`,
        ].join("\n"),
      );

      assert.ok(
        hits.every((count) => count > 0),
        `each kind of fault occurs: ${hits.join()}`,
      );
      assert.deepEqual(
        fares.filter(({ settled }) => !settled),
        [],
      );
      const wrong = fares.filter(({ name, outcome }) => outcome !== emulator.operation(name)?.outcome);
      assert.deepEqual(wrong, []);
      const repeated = fares.filter(({ name, requestTime = "" }) =>
        cancels.get(name)?.some((time) => time > Date.parse(requestTime)),
      );
      assert.deepEqual(repeated, [], "no cancel is repeated after it was acknowledged");
      assert.deepEqual(after.unhandled, []);
      assert.ok(after.mostSockets <= mostSockets, `${after.mostSockets} sockets`);
      assert.ok(after.heap - before.heap <= mostGrowth, megabytes(after.heap - before.heap));

      await emulator.stop();
      const end = await host.measure();
      assert.deepEqual([end.sockets, end.timers], [0, 0]);
      assert.equal(await host.stop(), 0, "nothing keeps the process alive");
    } finally {
      await host.stop();
      await emulator.stop();
    }
  });
});
