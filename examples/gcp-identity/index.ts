/**
 * Cancels an operation of Vertex AI as a service account that @pulumi/gcp manages.
 *
 *     pulumi config set gcp:project my-project
 *     pulumi config set operation projects/my-project/locations/europe-west4/operations/123
 *     pulumi config set caller user:me@example.com
 *
 * Needs a Google project, because @pulumi/gcp creates the account and the grants there. With `cancellation:endpoint`
 * set, only the calls of the cancellation go to the emulator. See examples/README.md.
 */
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const config = new pulumi.Config();
const project = new pulumi.Config("gcp").require("project");
const operation = config.require("operation");
const location = /\/locations\/([^/]+)\/operations\//.exec(operation)?.[1];
if (location === undefined) throw new Error(`${operation} isn't a name like projects/P/locations/L/operations/O.`);

// The API that signs tokens of service accounts.
const iamCredentials = new gcp.projects.Service("iam-credentials", {
  project,
  service: "iamcredentials.googleapis.com",
  disableOnDestroy: false,
});

const canceller = new gcp.serviceaccount.Account("canceller", {
  project,
  accountId: "operation-canceller",
  displayName: "Cancels long-running operations",
});

const mayCancel = new gcp.projects.IAMMember("canceller-may-use-vertex", {
  project,
  role: "roles/aiplatform.user",
  member: pulumi.interpolate`serviceAccount:${canceller.email}`,
});

const mayImpersonate = new gcp.serviceaccount.IAMMember("caller-may-act-as-canceller", {
  serviceAccountId: canceller.name,
  role: "roles/iam.serviceAccountTokenCreator",
  member: config.require("caller"),
});

// IAM takes some minutes to apply a new grant. If the first `pulumi up` fails with 403, run it again.
const request = new CancellationRequest(
  "training",
  {
    operation,
    service: { endpoint: `https://${location === "global" ? "" : `${location}-`}aiplatform.googleapis.com` },
    impersonateServiceAccount: canceller.email,
  },
  { dependsOn: [iamCredentials, mayCancel, mayImpersonate] },
);

export const outcome = request.outcome;
