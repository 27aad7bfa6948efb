/**
 * Cancels whatever still runs in an environment before the environment is destroyed. On the emulator:
 *
 *     node dist/emulator/command.js
 *     curl --data '{"operationType": "CREATE_ENTITLEMENT"}' http://127.0.0.1:8085/emulator/operations
 *     cd examples/environment-sweep && pulumi stack init dev
 *     pulumi config set cancellation:endpoint http://127.0.0.1:8085 && pulumi up && pulumi destroy
 */
import * as pulumi from "@pulumi/pulumi";
import { CancellationSweep, listOperations } from "pulumi-operation-cancellation";

/** What the environment starts, and what must not outlive it. */
const match = { operationTypes: ["CREATE_ENTITLEMENT", "CHANGE_OFFER", "TRANSFER_ENTITLEMENTS"] };

/** Stands for whatever the operations work on. */
class Environment extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("examples:environmentSweep:Environment", name, {}, opts);
    this.registerOutputs();
  }
}

const environment = new Environment("staging");

// `pulumi destroy` deletes what depends on something before that thing itself: the sweep cancels what runs by then, and waits
// for its end, before the environment goes. More than 200 operations are not what is meant, and fail it before its first call.
const sweep = new CancellationSweep(
  "staging",
  { match, limit: 200, report: "sweep.jsonl" },
  { dependsOn: environment, customTimeouts: { delete: "30m" } },
);

/** How many ran when this was last deployed or refreshed. */
export const watched = sweep.matched;

/** Those that run at the moment; a preview tells them too. */
export const running = listOperations({ match }).then((operations) =>
  operations.filter(({ outcome }) => outcome === "running").map(({ name }) => name),
);
