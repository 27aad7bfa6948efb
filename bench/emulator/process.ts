/** The process that the emulators run in, so that what they cost falls on a core of its own. */
import { type IdentityEmulator, startIdentityEmulator } from "../../test/identity/emulator";
import { monotonic } from "../processes/clock";
import { serve } from "../processes/serve";
import { type Counts, type EmulatorJobs, operationName, type StartOptions, type Started } from "./jobs";

const emulators = new Map<string, IdentityEmulator>();

function known(endpoint: string): IdentityEmulator {
  const emulator = emulators.get(endpoint);
  if (!emulator) throw new Error(`there is no emulator at ${endpoint}`);
  return emulator;
}

async function start({ operations, keepCalls = false, tokens = false }: StartOptions): Promise<Started> {
  const emulator = await startIdentityEmulator({
    operations: Array.from({ length: operations }, (_, index) => ({
      name: operationName(index),
      operationType: "CREATE_ENTITLEMENT",
    })),
    log: keepCalls ? "full" : "counts",
    // Signed assertions are judged by it too.
    ...(tokens ? { tokens: "required" as const } : { now: monotonic }),
  });
  emulators.set(emulator.endpoint, emulator);
  return { endpoint: emulator.endpoint, key: JSON.stringify(emulator.createServiceAccount()) };
}

function counts(endpoint: string): Counts {
  const { calls } = known(endpoint);
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
    known(endpoint)
      .calls.all({ method: "cancel" })
      .map(({ name = "", time }) => [name, time]),
  );
}

async function stop(endpoint: string): Promise<void> {
  await known(endpoint).stop();
  emulators.delete(endpoint);
}

serve({ start, counts, cancelTimes, stop } satisfies EmulatorJobs);
