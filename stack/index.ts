/**
 * Cancels the operations that the stack's config lists, so that a pipeline needs no program of its own. See
 * docs/stack.md.
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, CancellationSweep } from "pulumi-operation-cancellation";
import { readSettings } from "./settings";

/** Declares the resources, and returns the stack's outputs. */
async function declare() {
  const { requests, sweeps } = await readSettings();
  if (requests.length + sweeps.length === 0) {
    const command = "pulumi config set --path 'operations[0]' operations/AbC";
    await pulumi.log.warn(`The config lists no operation and no sweep. Run: ${command}`);
  }
  const outcomes = requests.map(({ name, args, opts }) => {
    const request = new CancellationRequest(name, args, opts);
    return [name, request.outcome] as const;
  });
  const counts = sweeps.map(({ name, args, opts }) => {
    const sweep = new CancellationSweep(name, args, opts);
    return [name, { matched: sweep.matched, outcomes: sweep.outcomes }] as const;
  });
  return {
    /** The outcome of each operation. */
    outcomes: Object.fromEntries(outcomes),
    /** What each sweep counted. */
    ...(counts.length > 0 && { sweeps: Object.fromEntries(counts) }),
  };
}

// An error is about the config or the installation, and a stack trace doesn't help. Pulumi shows a RunError without one,
// but formats it all the same, which takes Node.js half a minute (https://github.com/nodejs/node/issues/64011).
export = () =>
  declare().catch((error: unknown) => {
    const failure = new pulumi.RunError(error instanceof Error ? error.message : String(error));
    failure.stack = failure.message;
    throw failure;
  });
