#!/usr/bin/env node
import type { Call } from "./callLog";
import { readCommandLine, usage, UsageError } from "./commandLine";
import { startEmulator } from "./emulator";

/** The command `operations-emulator`. Exits with 2 where the arguments are wrong, and with 1 where it can't start. */
async function main(argv: readonly string[]): Promise<void> {
  const settings = readCommandLine(argv);
  if (settings.help) {
    process.stdout.write(usage);
    return;
  }
  const emulator = await startEmulator({ ...settings, admin: true, log: "counts", onCall: print });
  process.stdout.write(`${emulator.endpoint}\n`);
  const stop = () => void emulator.stop();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

function print({ time, verb, url, status }: Call): void {
  process.stdout.write(`${new Date(time).toISOString()} ${verb} ${url} ${status ?? "no answer"}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`operations-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
