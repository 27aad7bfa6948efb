import type { OperationSpec } from "../../provider/emulator";
import { name, Resource, type Ending, type Provider } from "./resource";

type Method = "cancel" | "get";

/** A step of a resource, and what it does without faults. */
export interface Step {
  readonly label: string;
  readonly operation: OperationSpec;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The outputs in the state before the step. Absent for a creation. */
  readonly prior?: Readonly<Record<string, unknown>>;
  readonly run: (resource: Resource) => Promise<Ending>;
  /** Its calls, in order. */
  readonly calls: readonly Method[];
  /** The outcome in the state after the step. Absent when the resource is deleted. */
  readonly outcome?: string;
  /** The operation's real outcome after the step. */
  readonly truth: string;
}

const up = (resource: Resource) => resource.up();
const refresh = (resource: Resource) => resource.refresh();
const destroy = (resource: Resource) => resource.destroy();

const time = "2026-01-01T00:00:00.000Z";
const acknowledged = { outcome: "cancelling", requestTime: time };

export const steps: readonly Step[] = [
  {
    label: "a creation",
    operation: { name },
    inputs: {},
    run: up,
    calls: ["cancel", "get"],
    outcome: "cancelled",
    truth: "cancelled",
  },
  {
    label: "a creation for an operation that completes despite the cancel",
    operation: { name, onCancel: "complete" },
    inputs: {},
    run: up,
    calls: ["cancel", "get"],
    outcome: "succeeded",
    truth: "succeeded",
  },
  {
    label: "a creation that only watches",
    operation: { name },
    inputs: { cancelOn: "delete" },
    run: up,
    calls: ["get"],
    outcome: "running",
    truth: "running",
  },
  {
    label: "a creation whose cancel isn't supported",
    operation: { name, answer: "UNIMPLEMENTED" },
    inputs: { expect: ["cancelled", "unsupported"] },
    run: up,
    calls: ["cancel", "get"],
    outcome: "unsupported",
    truth: "running",
  },
  {
    label: "a refresh",
    operation: { name, done: "cancelled" },
    inputs: {},
    prior: acknowledged,
    run: refresh,
    calls: ["get"],
    outcome: "cancelled",
    truth: "cancelled",
  },
  {
    label: "an update that resumes the wait",
    operation: { name, done: "failed" },
    inputs: {},
    prior: acknowledged,
    run: up,
    calls: ["get"],
    outcome: "failed",
    truth: "failed",
  },
  {
    label: "an update that sends the cancel",
    operation: { name },
    inputs: {},
    prior: { outcome: "running" },
    run: up,
    calls: ["get", "cancel", "get"],
    outcome: "cancelled",
    truth: "cancelled",
  },
  {
    label: "a deletion",
    operation: { name },
    inputs: { cancelOn: "delete" },
    prior: { outcome: "running" },
    run: destroy,
    calls: ["cancel", "get"],
    truth: "cancelled",
  },
];

/** One call of a step, to which a fault can apply. */
export interface Site {
  readonly step: Step;
  /** The position among the step's calls, from 0. */
  readonly index: number;
  readonly method: Method;
  /** The position among the step's calls of the same method, from 1. */
  readonly nth: number;
  readonly label: string;
}

export const sites: readonly Site[] = steps.flatMap((step) =>
  step.calls.map((method, index) => ({
    step,
    index,
    method,
    nth: step.calls.slice(0, index + 1).filter((other) => other === method).length,
    label: `${step.label}, call ${index + 1} (${method})`,
  })),
);

/** Returns the resource as it is before the step. */
export function resourceOf(
  step: Step,
  provider: Provider,
  customTimeouts?: Readonly<Record<string, string>>,
): Resource {
  const inputs = { operation: name, ...step.inputs, ...(customTimeouts && { customTimeouts }) };
  return new Resource(provider, inputs, step.prior);
}

/** Returns whether the service acknowledged the cancel before the site. The step must not lose that cancel. */
export function isAcknowledgedBefore({ step, index }: Site): boolean {
  return step.outcome !== "unsupported" && step.calls.slice(0, index).includes("cancel");
}
