import { sweep as provider } from "pulumi-operation-cancellation/provider";
import { redirectTokens } from "./redirectTokens";
import type { SweepOptions } from "./sweep";

/** A `CancellationSweep`, called as Pulumi's host calls it. */
export async function sweep({ endpoint, waitFor, concurrency, credentials }: SweepOptions): Promise<void> {
  if (credentials !== undefined) await redirectTokens(`${endpoint}/token`);
  const config: Readonly<Record<string, string | undefined>> = {
    "cancellation:endpoint": endpoint,
    "cancellation:credentials": credentials,
  };
  provider.configure({ config: { get: (key) => config[key] } });
  const inputs = {
    all: true,
    cancelOn: "create",
    limit: 1_000_000,
    customTimeouts: { create: "1h" },
    waitFor,
    concurrency,
  };
  const { failures } = await provider.check({}, inputs);
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  await provider.create(inputs);
}
