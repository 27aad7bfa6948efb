import type { OperationSpec } from "../../provider/emulator";
import { name, Resource, type Ending, type Provider } from "./resource";

type Method = "cancel" | "get";

/** A step of a resource's life, and what it does where nothing goes wrong. */
export interface Step {
  readonly label: string;
  readonly operation: OperationSpec;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What is recorded before; absent for a creation. */
  readonly prior?: Readonly<Record<string, unknown>>;
  readonly run: (resource: Resource) => Promise<Ending>;
  /** Its calls, in order. */
  readonly calls: readonly Method[];
  /** What is recorded in the end; absent where the resource is gone. */
  readonly outcome?: string;
  /** How the operation really stands in the end. */
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
    label: "a creation that the operation completes despite",
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
    label: "a creation whose cancel is not supported",
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
    label: "an update that goes on waiting",
    operation: { name, done: "failed" },
    inputs: {},
    prior: acknowledged,
    run: up,
    calls: ["get"],
    outcome: "failed",
    truth: "failed",
  },
  {
    label: "an update that has yet to cancel",
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

/** One call of a step: where a fault can befall it. */
export interface Site {
  readonly step: Step;
  /** Which of the step's calls, from 0. */
  readonly index: number;
  readonly method: Method;
  /** Which of its method's calls, from 1. */
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

/** The step's resource, before the step. */
export function resourceOf(
  step: Step,
  provider: Provider,
  customTimeouts?: Readonly<Record<string, string>>,
): Resource {
  const inputs = { operation: name, ...step.inputs, ...(customTimeouts && { customTimeouts }) };
  return new Resource(provider, inputs, step.prior);
}

/** Whether the calls before the site had the cancel acknowledged, so that it must never be lost from there on. */
export function isAcknowledgedBefore({ step, index }: Site): boolean {
  return step.outcome !== "unsupported" && step.calls.slice(0, index).includes("cancel");
}
