import assert from "node:assert/strict";
import { type Fault, type OperationSpec, startEmulator } from "../../provider/emulator";
import { cleanUps } from "../support/cleanUps";
import { providerFor, Resource } from "./resource";
import { silence } from "../support/silence";

const brokenCount = 60;
const healthyCount = 3;
/** A healthy operation settles after this many milliseconds, so its request must poll. */
const settleAfter = 800;

describe("a host with operations that always fail", () => {
  silence();
  const { stopping } = cleanUps();

  for (const [what, then] of [
    ["return 500", { status: 500 }],
    ["return 503", { status: 503 }],
    ["reset the connection", { reset: "beforeHeaders" }],
    ["never respond", "noAnswer"],
  ] as const satisfies readonly (readonly [string, Fault])[]) {
    it(`still serves ${healthyCount} healthy operations while ${brokenCount} others always ${what}`, async () => {
      const specs = (kind: string, count: number): OperationSpec[] =>
        Array.from({ length: count }, (_, index) => ({ name: `operations/${kind}-${index}`, settleAfter }));
      const broken = specs("broken", brokenCount);
      const healthy = specs("healthy", healthyCount);
      const emulator = stopping(await startEmulator({ operations: [...broken, ...healthy] }));
      emulator.fault({ name: /broken/, then });
      const provider = providerFor(emulator.endpoint);
      const start = performance.now();
      const up =
        (create: string) =>
        async ({ name: operation = "" }: OperationSpec) => {
          const ending = await new Resource(provider, { operation, customTimeouts: { create } }).up();
          return { ...ending, seconds: (performance.now() - start) / 1000 };
        };
      // The broken operations go first, so the circuit is open before the calls for the healthy operations.
      const failing = Promise.all(broken.map(up("4s")));
      await new Promise((resolve) => setTimeout(resolve, 200));
      const ends = await Promise.all(healthy.map(up("60s")));
      const failed = await failing;

      assert.deepEqual(new Set(ends.map(({ ended, message }) => `${ended} ${message}`)), new Set(["done "]));
      const latest = Math.max(...ends.map(({ seconds }) => seconds));
      assert.ok(latest < 3.5, `the last healthy operation ended after ${latest.toFixed(1)} s`);
      assert.deepEqual(new Set(failed.map(({ ended }) => ended)), new Set(["partial"]));
    });
  }
});
