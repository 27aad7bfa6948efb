/**
 * Requests the cancellation of one operation of each kind. `npm run demo` starts the emulator and runs this program on
 * it.
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
