# Uses the provider plugin in a Python program. It cancels one operation of Cloud Channel, and, when the stack is
# destroyed, the operations that still run.
#
# Copy this folder, and run in the copy. The second command generates the package pulumi_cancellation, and adds it to
# requirements.txt:
#
#     npm install
#     pulumi package add ./node_modules/pulumi-operation-cancellation/pulumi-resource-cancellation
#
# To run it without a Google account, start the emulator in another terminal, also in the copy:
#
#     npx operations-emulator --operation operations/AbC=cancel
#
# Then run the example. The first two commands keep the state on this machine:
#
#     mkdir -p /tmp/pulumi-state
#     export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
#     pulumi stack init dev
#     pulumi config set cancellation:endpoint http://127.0.0.1:8085
#     pulumi config set operation operations/AbC
#     pulumi up
#     pulumi destroy

import pulumi
import pulumi_cancellation as cancellation

# With this `expect`, the deployment fails if the operation completed after all.
request = cancellation.CancellationRequest(
    "stuck-entitlement",
    operation=pulumi.Config().require("operation"),
    expect=[cancellation.OutcomeExpectation.CANCELLED],
    opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m")),
)

operation_types = ["CREATE_ENTITLEMENT", "CHANGE_OFFER"]

# `pulumi destroy` cancels the operations of these types. If more than 200 run, it fails and cancels nothing.
sweep = cancellation.CancellationSweep(
    "teardown",
    match=cancellation.OperationMatchArgs(operation_types=operation_types),
    limit=200,
    opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(delete="30m")),
)

# The operations that run at the moment. A preview shows them too.
listing = cancellation.list_operations(match=cancellation.OperationMatch(operation_types=operation_types))
running = [operation.name for operation in listing.operations if operation.outcome == cancellation.Outcome.RUNNING]

pulumi.export("outcome", request.outcome)
pulumi.export("watched", sweep.matched)
pulumi.export("running", running)
