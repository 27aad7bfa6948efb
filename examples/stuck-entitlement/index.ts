import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const operation = new pulumi.Config().require("operation");

// With `expect` the deployment fails where the entitlement was created after all: somebody has to look at it then.
const request = new CancellationRequest(
  "stuck-entitlement",
  { operation, expect: ["cancelled"] },
  { customTimeouts: { create: "30m" } },
);

export const outcome = request.outcome;
export const operationType = request.operationType;
export const settleTime = request.settleTime;
