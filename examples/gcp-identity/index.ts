/**
 * Cancels an operation of Vertex AI as a service account that @pulumi/gcp manages. Needs a Google project, because
 * @pulumi/gcp creates the account and its grants there. Copy this folder, and run in the copy:
 *
 *     npm install
 *     gcloud auth application-default login
 *     pulumi stack init dev
 *     pulumi config set gcp:project my-project
 *     pulumi config set caller user:me@example.com
 *     pulumi config set operation projects/my-project/locations/europe-west4/operations/123
 *     pulumi up
 *
 * examples/README.md says which permissions you need, and how to test the program without a project.
 */
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

const config = new pulumi.Config();
const project = new pulumi.Config("gcp").require("project");
const operation = config.require("operation");
const location = /^projects\/[^/]+\/locations\/([^/]+)\/(.+\/)?operations\/[^/]+$/.exec(operation)?.[1];
if (location === undefined) {
  throw new pulumi.RunError(`operation must be a name like projects/P/locations/L/operations/O, not ${operation}`);
}

/** Enables an API. It stays enabled after `pulumi destroy`, because others in the project may use it. */
const enabled = (service: string) =>
  new gcp.projects.Service(service, { project, service: `${service}.googleapis.com`, disableOnDestroy: false });

// Vertex AI runs the operation, and the IAM Service Account Credentials API issues tokens of the service account.
const apis = ["aiplatform", "iamcredentials"].map(enabled);

const canceller = new gcp.serviceaccount.Account("canceller", {
  project,
  accountId: "operation-canceller",
  displayName: "Cancels long-running operations",
});

/** Grants the service account a role in the project. */
const granted = (name: string, role: string) =>
  new gcp.projects.IAMMember(name, { project, role, member: pulumi.interpolate`serviceAccount:${canceller.email}` });

const grants = [
  // To read and cancel operations.
  granted("canceller-may-use-vertex", "roles/aiplatform.user"),
  // To name the project that calls are counted for, which gcp:userProjectOverride does.
  granted("canceller-may-use-the-quota", "roles/serviceusage.serviceUsageConsumer"),
  // Lets the caller of Pulumi get tokens of the service account. An owner of the project lacks this permission.
  new gcp.serviceaccount.IAMMember("caller-may-act-as-canceller", {
    serviceAccountId: canceller.name,
    role: "roles/iam.serviceAccountTokenCreator",
    member: config.require("caller"),
  }),
];

// IAM takes some minutes to apply a new grant. If the first `pulumi up` fails with 403, run it again.
const request = new CancellationRequest(
  "training",
  {
    operation,
    // Vertex AI runs an operation in its location, and only the endpoint of that location knows it.
    service: { endpoint: `https://${location === "global" ? "" : `${location}-`}aiplatform.googleapis.com` },
    impersonateServiceAccount: canceller.email,
  },
  { dependsOn: [...apis, ...grants] },
);

export const outcome = request.outcome;
