import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const config = new pulumi.Config();
const project = gcp.config.project ?? new pulumi.Config("gcp").require("project");

const canceller = new gcp.serviceaccount.Account("canceller", {
  accountId: "operation-canceller",
  displayName: "Cancels long-running operations",
});

const grant = new gcp.projects.IAMMember("canceller-may-use-vertex", {
  project,
  role: "roles/aiplatform.user",
  member: pulumi.interpolate`serviceAccount:${canceller.email}`,
});

// Whoever runs Pulumi needs roles/iam.serviceAccountTokenCreator on the account.
const request = new CancellationRequest(
  "training",
  {
    operation: config.require("operation"),
    service: { endpoint: "https://europe-west4-aiplatform.googleapis.com" },
    impersonateServiceAccount: canceller.email,
  },
  { dependsOn: grant },
);

export const outcome = request.outcome;
