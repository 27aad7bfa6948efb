/**
 * Cancels the operations that still run in an environment before the environment is destroyed.
 *
 * To run it without a Google account, copy this folder, and start the emulator in the copy:
 *
 *     npm install
 *     npx operations-emulator
 *
 * In another terminal, add operations of the types that the sweep selects:
 *
 *     curl --data '{"operationType": "CREATE_ENTITLEMENT"}' http://127.0.0.1:8085/emulator/operations
 *     curl --data '{"operationType": "CHANGE_OFFER"}' http://127.0.0.1:8085/emulator/operations
 *
 * Then run the example in the copy. The first two commands keep the state on this machine:
 *
 *     mkdir -p /tmp/pulumi-state
 *     export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
 *     pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085
 *     pulumi up
 *     pulumi destroy
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationSweep, listOperations } from "pulumi-operation-cancellation";

/** The types of operations that the environment starts. */
const match = { operationTypes: ["CREATE_ENTITLEMENT", "CHANGE_OFFER", "TRANSFER_ENTITLEMENTS"] };

/** The resources that the operations change. */
class Environment extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("examples:environmentSweep:Environment", name, {}, opts);
    // Stands for a resource such as a database. The engine itself keeps it, so it needs no cloud.
    new pulumi.Stash(name, { input: "a database" }, { parent: this });
    this.registerOutputs();
  }
}

const environment = new Environment("staging");

// `pulumi destroy` deletes the sweep before the resources in the environment, because the sweep depends on them. The
// sweep then cancels what runs, and waits until it ends. If more than 200 operations match, the sweep fails, cancels
// nothing, and the resources stay.
const sweep = new CancellationSweep(
  "staging",
  { match, limit: 200, report: "sweep.jsonl" },
  { dependsOn: environment, customTimeouts: { delete: "30m" } },
);

/** How many operations ran when the stack was last deployed or refreshed. */
export const watched = sweep.matched;

/** The operations that run at the moment. A preview shows them too. */
export const running = listOperations({ match }).then((operations) =>
  operations.filter(({ outcome }) => outcome === "running").map(({ name }) => name),
);
