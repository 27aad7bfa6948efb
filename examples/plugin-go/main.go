// Uses the provider plugin in a Go program. It cancels one operation of Cloud Channel, and, when the stack is
// destroyed, the operations that still run.
//
// Copy this folder, and run in the copy. The second command generates the package cancellation, and adds it to go.mod:
//
//	npm install
//	pulumi package add ./node_modules/pulumi-operation-cancellation/pulumi-resource-cancellation
//	go mod tidy
//
// To run it without a Google account, start the emulator in another terminal, also in the copy:
//
//	npx operations-emulator --operation operations/AbC=cancel
//
// Then run the example. The first two commands keep the state on this machine:
//
//	mkdir -p /tmp/pulumi-state
//	export PULUMI_BACKEND_URL=file:///tmp/pulumi-state PULUMI_CONFIG_PASSPHRASE=example
//	pulumi stack init dev
//	pulumi config set cancellation:endpoint http://127.0.0.1:8085
//	pulumi config set operation operations/AbC
//	pulumi up
//	pulumi destroy
package main

import (
	"example.com/pulumi-cancellation/sdk/go/cancellation"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(cancelOperations)
}

func cancelOperations(ctx *pulumi.Context) error {
	// With this Expect, the deployment fails if the operation completed after all.
	request, err := cancellation.NewCancellationRequest(ctx, "stuck-entitlement", &cancellation.CancellationRequestArgs{
		Operation: pulumi.String(config.Require(ctx, "operation")),
		Expect:    cancellation.OutcomeExpectationArray{cancellation.OutcomeExpectationCancelled},
	}, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "30m", Update: "30m"}))
	if err != nil {
		return err
	}

	operationTypes := []string{"CREATE_ENTITLEMENT", "CHANGE_OFFER"}

	// `pulumi destroy` cancels the operations of these types. If more than 200 run, it fails and cancels nothing.
	sweep, err := cancellation.NewCancellationSweep(ctx, "teardown", &cancellation.CancellationSweepArgs{
		Match: cancellation.OperationMatchArgs{OperationTypes: pulumi.ToStringArray(operationTypes)},
		Limit: pulumi.Int(200),
	}, pulumi.Timeouts(&pulumi.CustomTimeouts{Delete: "30m"}))
	if err != nil {
		return err
	}

	// The operations that run at the moment. A preview shows them too.
	listing, err := cancellation.ListOperations(ctx, &cancellation.ListOperationsArgs{
		Match: &cancellation.OperationMatch{OperationTypes: operationTypes},
	})
	if err != nil {
		return err
	}
	running := []string{}
	for _, operation := range listing.Operations {
		if operation.Outcome == cancellation.OutcomeRunning {
			running = append(running, operation.Name)
		}
	}

	ctx.Export("outcome", request.Outcome)
	ctx.Export("watched", sweep.Matched)
	ctx.Export("running", pulumi.ToStringArray(running))
	return nil
}
