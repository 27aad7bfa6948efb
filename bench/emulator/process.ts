/** The process of the emulators. It is separate so that their work doesn't use the core of the measured client. */
import { type IdentityEmulator, startIdentityEmulator } from "../../test/identity/emulator";
import { monotonic, serve } from "../processes";
import { type Counts, type EmulatorFunctions, operationNames, type StartOptions, type Started } from ".";

const emulators = new Map<string, IdentityEmulator>();

function emulatorAt(endpoint: string): IdentityEmulator {
  const emulator = emulators.get(endpoint);
  if (!emulator) throw new Error(`no emulator runs at ${endpoint}`);
  return emulator;
}

async function start({ operations, keepCalls = false, tokens = false }: StartOptions): Promise<Started> {
  const emulator = await startIdentityEmulator({
    operations: operationNames(operations).map((name) => ({ name, operationType: "CREATE_ENTITLEMENT" })),
    log: keepCalls ? "full" : "counts",
    // The emulator checks the times of signed assertions, which need the time of day.
    ...(tokens ? { tokens: "required" as const } : { now: monotonic }),
  });
  emulators.set(emulator.endpoint, emulator);
  return { endpoint: emulator.endpoint, key: JSON.stringify(emulator.createServiceAccount()) };
}

function counts(endpoint: string): Counts {
  const { calls } = emulatorAt(endpoint);
  return {
    all: calls.count(),
    list: calls.count("list"),
    get: calls.count("get"),
    cancel: calls.count("cancel"),
    token: calls.count("token"),
  };
}

function cancelTimes(endpoint: string): Record<string, number> {
  return Object.fromEntries(
    emulatorAt(endpoint)
      .calls.all({ method: "cancel" })
      .map(({ name = "", time }) => [name, time]),
  );
}

async function stop(endpoint: string): Promise<void> {
  await emulatorAt(endpoint).stop();
  emulators.delete(endpoint);
}

serve({ start, counts, cancelTimes, stop } satisfies EmulatorFunctions);
