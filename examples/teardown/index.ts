/**
 * Cancels an environment's operations when it's destroyed.
 *
 * To run it without a Google account, copy this folder, and start the emulator in the copy:
 *
 *     npm install
 *     npx operations-emulator --operation operations/AbC=cancel --operation operations/DeF=complete
 *
 * In another terminal, run the example in the copy. The first two commands keep the state on this machine:
 *
 *     mkdir -p /tmp/pulumi-state
 *     export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
 *     pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085
 *     pulumi config set --path 'operations[0]' operations/AbC
 *     pulumi config set --path 'operations[1]' operations/DeF
 *     pulumi up
 *     pulumi destroy
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationRequest } from "pulumi-operation-cancellation";

/** The operations to cancel before the environment goes: `pulumi config set --path 'operations[0]' operations/AbC`. */
const operations = new pulumi.Config().requireObject<string[]>("operations");

/** The resources that the operations change. */
class Environment extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("examples:teardown:Environment", name, {}, opts);
    // Stands for a resource such as a database. The engine itself keeps it, so it needs no cloud.
    new pulumi.Stash(name, { input: "a database" }, { parent: this });
    this.registerOutputs();
  }
}

const environment = new Environment("staging");

// `pulumi destroy` deletes the requests before the resources in the environment, because they depend on them. So the
// operations have ended before the resources go. If you remove an operation from the list, the next `pulumi up` cancels
// it.
export const watched = operations.map((operation) => {
  const request = new CancellationRequest(
    operation,
    { operation, cancelOn: "delete" },
    { dependsOn: environment, customTimeouts: { delete: "15m" } },
  );
  return { operation, outcome: request.outcome };
});
