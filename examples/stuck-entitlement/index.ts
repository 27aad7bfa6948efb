/**
 * Cancels one operation of Cloud Channel, and fails the deployment unless it ends as cancelled. On the emulator:
 *
 *     node dist/emulator/command.js --operation operations/AbC=honoured
 *     cd examples/stuck-entitlement && pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085
 *     pulumi config set operation operations/AbC && pulumi up
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const operation = new pulumi.Config().require("operation");

// With this `expect`, the deployment fails if the operation created the entitlement after all. Somebody must then look
// at it.
const request = new CancellationRequest(
  "stuck-entitlement",
  { operation, expect: ["cancelled"] },
  { customTimeouts: { create: "30m" } },
);

export const outcome = request.outcome;
export const operationType = request.operationType;
export const settleTime = request.settleTime;
