import assert from "node:assert/strict";
import type { Emulator } from "../../provider/emulator";

/** The operations of a run of an example: those that it cancels, and another one. */
export class Operations {
  /** The operation that the request cancels. */
  readonly stuck: string;
  /** The operations that the sweep cancels. */
  readonly swept: readonly string[];
  private readonly other: string;

  constructor(private readonly emulator: Emulator) {
    this.stuck = emulator.add({ settleAfter: 200 });
    this.swept = [
      emulator.add({ operationType: "CREATE_ENTITLEMENT" }),
      emulator.add({ operationType: "CHANGE_OFFER", onCancel: "complete" }),
    ];
    this.other = emulator.add({ operationType: "RUN_REPORT_JOB" });
  }

  /** The outputs of the program after an `up`. */
  get expectedOutputs(): Readonly<Record<string, unknown>> {
    return { outcome: "cancelled", watched: this.swept.length, running: this.swept };
  }

  /** Asserts which operations got a cancel, and that each got one. */
  expectCancels(...operations: readonly string[]): void {
    const cancelled = [this.stuck, ...this.swept, this.other].filter((name) =>
      this.emulator.calls.count("cancel", name),
    );
    assert.deepEqual(cancelled, operations);
    assert.equal(this.emulator.calls.count("cancel"), operations.length);
  }

  /** Asserts how the operations ended after a `destroy`. */
  expectOutcomes(): void {
    const outcomes = [this.stuck, ...this.swept, this.other].map((name) => this.emulator.operation(name)?.outcome);
    assert.deepEqual(outcomes, ["cancelled", "cancelled", "succeeded", "running"]);
  }
}
