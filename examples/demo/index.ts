/** Requests the cancellation of an operation of each kind. `npm run demo` starts the emulator and runs this program on it. */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest, type CancellationRequestArgs } from "pulumi-operation-cancellation";

/** An operation of each kind, by what becomes of its cancellation. */
const operations = new pulumi.Config().requireObject<Record<string, string>>("operations");

const how: Record<string, Omit<CancellationRequestArgs, "operation">> = {
  unsupported: { expect: ["cancelled", "unsupported"] },
  missing: { expect: ["notFound"] },
  // Followed no further than to the server's word that it took the request.
  slow: { waitFor: "accepted" },
  // Left alone until the stack is destroyed.
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
