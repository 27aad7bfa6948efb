/**
 * Requests the cancellation of one operation of each kind. In the repository, `npm run demo` starts the emulator and
 * runs this program on it.
 *
 * To run it step by step, copy this folder, and start the emulator in the copy:
 *
 *     npm install
 *     npx operations-emulator --operation operations/AbC=cancel --operation operations/DeF=UNIMPLEMENTED
 *
 * In another terminal, run the example in the copy. The first two commands keep the state on this machine:
 *
 *     mkdir -p /tmp/pulumi-state
 *     export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
 *     pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085
 *     pulumi config set --path operations.honoured operations/AbC
 *     pulumi config set --path operations.unsupported operations/DeF
 *     pulumi up
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, type CancellationRequestArgs } from "pulumi-operation-cancellation";

/** The operations. The key is the kind of operation: how it responds to a cancel. */
const operations = new pulumi.Config().requireObject<Record<string, string>>("operations");

const how: Record<string, Partial<CancellationRequestArgs>> = {
  unsupported: { expect: ["cancelled", "unsupported"] },
  missing: { expect: ["notFound"] },
  // Waits only until the server acknowledges the cancel.
  slow: { waitFor: "accepted" },
  // Sends no cancel until the stack is destroyed.
  environment: { cancelOn: "delete" },
};

export const requests = Object.entries(operations).map(([kind, operation]) => {
  const request = new CancellationRequest(kind, { operation, ...how[kind] });
  return {
    kind,
    operation: request.operation,
    outcome: request.outcome,
    requestTime: request.requestTime,
    settleTime: request.settleTime,
  };
});
