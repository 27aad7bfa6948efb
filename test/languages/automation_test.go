package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

// result is what the caller reads from stdout.
type result struct {
	Outputs map[string]any `json:"outputs"`
	Changes map[string]int `json:"changes"`
}

// TestMain runs the example's program inline with the Automation API. The argument is the operation, and stdin has the
// stack's config. It's a test file, because the example has a function main.
func TestMain(*testing.M) {
	done, err := deploy(context.Background(), os.Args[1], os.Stdin)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func deploy(ctx context.Context, operation string, input io.Reader) (result, error) {
	var config auto.ConfigMap
	if err := json.NewDecoder(input).Decode(&config); err != nil {
		return result{}, err
	}
	// The project file in the program's folder names the plugin.
	stack, err := auto.UpsertStackLocalSource(
		ctx, "test", ".", auto.Program(cancelOperations), auto.SecretsProvider("passphrase"))
	if err != nil {
		return result{}, err
	}
	if err := stack.SetAllConfig(ctx, config); err != nil {
		return result{}, err
	}
	changes := map[string]int{}
	switch operation {
	case "preview":
		previewed, err := stack.Preview(ctx, optpreview.ProgressStreams(os.Stderr))
		for op, count := range previewed.ChangeSummary {
			changes[string(op)] = count
		}
		return result{Changes: changes}, err
	case "up":
		updated, err := stack.Up(ctx, optup.ProgressStreams(os.Stderr))
		outputs := map[string]any{}
		for name, output := range updated.Outputs {
			outputs[name] = output.Value
		}
		return result{outputs, changesOf(updated.Summary)}, err
	case "refresh":
		refreshed, err := stack.Refresh(ctx, optrefresh.ProgressStreams(os.Stderr))
		return result{Changes: changesOf(refreshed.Summary)}, err
	case "destroy":
		destroyed, err := stack.Destroy(ctx, optdestroy.ProgressStreams(os.Stderr))
		return result{Changes: changesOf(destroyed.Summary)}, err
	default:
		return result{}, fmt.Errorf("the operation %s isn't known", operation)
	}
}

func changesOf(summary auto.UpdateSummary) map[string]int {
	if summary.ResourceChanges == nil {
		return map[string]int{}
	}
	return *summary.ResourceChanges
}
