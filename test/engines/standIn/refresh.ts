import type { Result } from "../engine";
import { Operation, type OperationOptions } from "./operation";
import { RefreshStep } from "./steps";

/** Reads every resource of the state. A resource that can't be read stays unchanged, and fails the refresh. */
export async function refresh(options: OperationOptions): Promise<Result> {
  const operation = new Operation(options, { ignoreErrors: true });
  const { snapshot, executor, printer, rootUrn } = operation;
  printer.title(`Refreshing (${options.stack}):`);
  const steps = snapshot.previous.map((state) => new RefreshStep(state));
  await executor.runAll(steps);
  snapshot.rebuild(new Map(steps.map((step) => [step.state, step.refreshed])));
  if (executor.failed) printer.diagnostic(rootUrn, "error", "refresh failed");
  return operation.end(!executor.failed);
}
