/**
 * Cancels the operations that the stack's config lists, so that a pipeline needs no program of its own:
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
  void pulumi.log.warn("The config lists no operation. Run: pulumi config set --path 'operations[0]' operations/AbC");
}

/** The outcome of each operation. */
export const outcomes: Record<string, pulumi.Output<string>> = {};

for (const entry of listed) {
  const args = typeof entry === "string" ? { operation: entry } : entry;
  // The resource has the operation's name, so removing one from the list doesn't change the others.
  outcomes[args.operation] = new CancellationRequest(args.operation, args).outcome;
}
