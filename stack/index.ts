/**
 * Cancels what the stack's config lists, so that a pipeline needs no program of its own:
 *
 *     pulumi config set --path 'operations[0]' operations/AbC
 *     pulumi config set --path 'operations[1].operation' operations/DeF
 *     pulumi config set --path 'operations[1].expect[0]' cancelled
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, type CancellationRequestArgs } from "pulumi-operation-cancellation";

const listed =
  new pulumi.Config().getObject<(string | (CancellationRequestArgs & { operation: string }))[]>("operations") ?? [];

if (listed.length === 0) {
  void pulumi.log.warn("No operation is listed: pulumi config set --path 'operations[0]' operations/AbC");
}

/** What became of each operation. */
export const outcomes: Record<string, pulumi.Output<string>> = {};

for (const entry of listed) {
  const args = typeof entry === "string" ? { operation: entry } : entry;
  // Named after its operation: taking one off the list leaves the others alone.
  outcomes[args.operation] = new CancellationRequest(args.operation, args).outcome;
}
