import { sweep as provider } from "pulumi-operation-cancellation/provider";
import type { SweepOptions } from "./sweep";

/** Creates a `CancellationSweep` with the calls that Pulumi's host makes. */
export async function sweep({ endpoint, waitFor, concurrency, credentials }: SweepOptions): Promise<void> {
  if (credentials !== undefined) await redirectTokenRequests(`${endpoint}/token`);
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

/** google-auth-library ignores the `token_uri` of a key and sends token requests to this URL. */
const tokenEndpoint = "https://oauth2.googleapis.com/token";

/** Sends token requests to the emulator. */
async function redirectTokenRequests(emulatorUrl: string): Promise<void> {
  const { gaxios } = await import("google-auth-library");
  const { prototype } = gaxios.Gaxios;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- the replacement calls it with its own `this`
  const { request } = prototype;
  prototype.request = function (this: InstanceType<typeof gaxios.Gaxios>, options = {}) {
    const url = String(options.url) === tokenEndpoint ? emulatorUrl : options.url;
    return request.call(this, { ...options, ...(url === undefined ? {} : { url }) });
  } as typeof request;
}
