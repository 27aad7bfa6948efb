/**
 * Runs a program with a few cancellation requests on an emulator, and shows Pulumi's output: preview, up, refresh, a
 * changed operation, destroy. Uses the Pulumi CLI if it's installed, and otherwise the tests' stand-in.
 */
import { join } from "node:path";
import { type Emulator, startEmulator } from "../provider/emulator";
import { CliEngine, type Result, type Stack, StandInEngine } from "../test/engines";

interface Request {
  readonly kind: string;
  readonly operation: string;
  readonly outcome: string;
  readonly requestTime: string | null;
  readonly settleTime: string | null;
}

async function main(): Promise<void> {
  const emulator = await startEmulator();
  try {
    const operations = {
      honoured: emulator.add({ operationType: "CREATE_ENTITLEMENT", settleAfter: 1500 }),
      completes: emulator.add({ operationType: "CHANGE_OFFER", onCancel: "complete", settleAfter: 800 }),
      fails: emulator.add({ operationType: "TRANSFER_ENTITLEMENTS", onCancel: "fail", settleAfter: 500 }),
      unsupported: emulator.add({ operationType: "RUN_REPORT_JOB", answer: "UNIMPLEMENTED" }),
      alreadyDone: emulator.add({ operationType: "SUSPEND_ENTITLEMENT", done: "succeeded" }),
      missing: "operations/no-such-operation",
      slow: emulator.add({ operationType: "PROVISION_CLOUD_IDENTITY", onCancel: "ignore" }),
      environment: emulator.add({ operationType: "START_PAID_SERVICE" }),
    };
    const cli = new CliEngine();
    const engine = cli.unavailable() === undefined ? cli : new StandInEngine();
    const stack = await engine.open({
      directory: join(__dirname, "..", "examples", "demo"),
      name: "demo",
      config: {
        "cancellation:endpoint": emulator.endpoint,
        "cancellation-demo:operations": JSON.stringify(operations),
      },
      onOutput: (text) => process.stdout.write(text),
    });
    try {
      await live(stack, emulator, operations);
    } finally {
      await stack.dispose();
    }
  } finally {
    await emulator.stop();
  }
}

async function live(stack: Stack, emulator: Emulator, operations: Record<string, string>): Promise<void> {
  await step("preview: what would be cancelled", () => stack.preview());
  await step("up: sends the cancels and waits", () => stack.up());

  emulator.settle(operations["slow"] ?? "", "cancelled");
  await step("refresh: reads how the accepted operation ended", () => stack.refresh());

  const another = emulator.add({ operationType: "ACTIVATE_ENTITLEMENT", settleAfter: 700 });
  await stack.setConfig("cancellation-demo:operations", JSON.stringify({ ...operations, honoured: another }));
  await step("preview: another operation replaces the request", () => stack.preview());
  const before = await requests(stack);
  await step("up: the replacement", () => stack.up());
  const after = await requests(stack);

  await step('destroy: the request with cancelOn "delete" sends its cancel', () => stack.destroy());

  const environment = operations["environment"] ?? "";
  const torn = emulator.operation(environment)?.outcome ?? "";
  const replaced = before.filter(({ operation }) => !after.some((request) => request.operation === operation));
  heading("the outcomes of the operations");
  console.table(
    [...replaced, ...after].map(({ kind, operation, outcome, requestTime, settleTime }) =>
      operation === environment
        ? { request: kind, operation, outcome: `${torn} (at destroy)`, "time to settle": "" }
        : { request: kind, operation, outcome, "time to settle": timeToSettle(requestTime, settleTime) },
    ),
  );
  if (torn !== "cancelled") throw new Error(`${environment} wasn't cancelled when the stack was destroyed`);
}

async function requests(stack: Stack): Promise<readonly Request[]> {
  return (await stack.outputs())["requests"] as readonly Request[];
}

async function step(title: string, run: () => Promise<Result>): Promise<void> {
  heading(title);
  const { succeeded } = await run();
  if (!succeeded) throw new Error(`This step failed: ${title}`);
}

function heading(title: string): void {
  console.log(`\n=== ${title} ===\n`);
}

function timeToSettle(requestTime: string | null, settleTime: string | null): string {
  if (settleTime === null) return "";
  if (requestTime === null) return "done before";
  return `${((Date.parse(settleTime) - Date.parse(requestTime)) / 1000).toFixed(1)} s`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
