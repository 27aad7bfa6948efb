/**
 * Cancels one operation of Cloud Channel, and fails the deployment unless it ends as cancelled.
 *
 * To run it without a Google account, copy this folder, and start the emulator in the copy:
 *
 *     npm install
 *     npx operations-emulator --operation operations/AbC=cancel
 *
 * In another terminal, run the example in the copy. The first two commands keep the state on this machine:
 *
 *     mkdir -p /tmp/pulumi-state
 *     export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
 *     pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085
 *     pulumi config set operation operations/AbC
 *     pulumi up
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const operation = new pulumi.Config().require("operation");

// With this `expect`, the deployment fails if the operation created the entitlement after all. Somebody must then look
// at it.
const request = new CancellationRequest(
  "stuck-entitlement",
  { operation, expect: ["cancelled"] },
  { customTimeouts: { create: "30m", update: "30m" } },
);

export const outcome = request.outcome;
export const operationType = request.operationType;
export const settleTime = request.settleTime;
