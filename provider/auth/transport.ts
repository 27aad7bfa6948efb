import { AsyncLocalStorage } from "node:async_hooks";
import type { AuthClient, gaxios } from "google-auth-library";
import { agentFor } from "../common/agents";
import { withTimeout } from "../common/withTimeout";
import { rememberSecrets, type Secrets, secretsOfRequest } from "./secrets";

/** Maximum size of a response that a token comes in, decompressed. Google's have less than 4 KB. */
const maxResponseBytes = 1024 * 1024;

/** One fetch of a token: the requests that it makes, some of them deep in google-auth-library. */
interface Fetch {
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
}

const fetches = new AsyncLocalStorage<Fetch>();

/**
 * Runs one fetch of a token, and collects what its requests send that is secret. Where it takes longer than so many
 * milliseconds, throws `late` and ends its requests.
 */
export async function runFetch<T>(
  milliseconds: number,
  secrets: Secrets,
  fetch: () => Promise<T>,
  late: () => Error,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await withTimeout(milliseconds, fetches.run({ signal: controller.signal, secrets }, fetch), late);
  } catch (error) {
    controller.abort();
    throw error;
  }
}

/** Remembers the secrets in a credential of the fetch that is under way. */
export function rememberCredential(credential: unknown): void {
  const fetch = fetches.getStore();
  if (fetch) rememberSecrets(fetch.secrets, credential);
}

/** What a client of an external account has besides. google-auth-library declares it protected. */
interface ExternalClient {
  readonly stsCredential?: { readonly transporter: gaxios.Gaxios };
  retrieveSubjectToken?: () => Promise<string>;
}

const limitedClients = new WeakSet<AuthClient>();

/** Limits the requests of a client, and of the clients that it gets its own tokens from. */
export function limitClient(client: AuthClient): void {
  for (const each of clientsOf(client)) {
    if (limitedClients.has(each)) continue;
    limitedClients.add(each);
    limitTransports(each);
    const external = each as ExternalClient;
    const retrieve = external.retrieveSubjectToken?.bind(each);
    if (retrieve === undefined) continue;
    external.retrieveSubjectToken = async () => {
      const token = await retrieve();
      // A credential with a certificate makes new transports for it.
      limitTransports(each);
      return token;
    };
  }
}

function limitTransports(client: AuthClient): void {
  const { stsCredential } = client as ExternalClient;
  // The exchange of an external account's token has a transport of its own.
  for (const transport of [client.transporter, ...(stsCredential ? [stsCredential.transporter] : [])]) {
    limitTransport(transport);
    // Takes the place of gaxios's own choice of a proxy, whose agents keep and limit no connections.
    transport.defaults.agent ??= (url: URL) => agentFor(url);
  }
}

/** A client, and the clients that it gets its own tokens from. */
export function* clientsOf(client: AuthClient): Generator<AuthClient> {
  for (let next: AuthClient | undefined = client; next; next = sourceOf(next)) yield next;
}

function sourceOf(client: AuthClient): AuthClient | undefined {
  return "sourceClient" in client ? (client.sourceClient as AuthClient) : undefined;
}

/** Limits the size and time of a transport's requests where they are of a fetch; others stay as they are. */
export function limitTransport(transport: gaxios.Gaxios): void {
  transport.defaults.adapter = send;
}

type Adapter = NonNullable<gaxios.GaxiosOptions["adapter"]>;

const send: Adapter = async (options, next) => {
  const fetch = fetches.getStore();
  if (!fetch) return next(options);
  secretsOfRequest(fetch.secrets, options);
  const signal = options.signal ? AbortSignal.any([options.signal, fetch.signal]) : fetch.signal;
  try {
    signal.throwIfAborted();
    const response = await next({
      ...options,
      // gaxios reads it just before it calls node-fetch, which must get no aborted signal: node-fetch then destroys a body
      // that nobody listens to, and the error of that ends the process.
      get signal() {
        signal.throwIfAborted();
        return signal;
      },
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- node-fetch's own; gaxios has no limit that holds for every body
      size: maxResponseBytes,
      // A redirect would carry what is sent to wherever it points.
      redirect: "manual",
    });
    response.config = options;
    return response;
  } catch (error) {
    const oversized = (error as { type?: unknown }).type === "max-size";
    // gaxios retries by these options, which don't hold the limits.
    if (oversized || signal.aborted) options.retryConfig = { ...options.retryConfig, retry: 0 };
    throw oversized ? new OversizedResponseError(options.url) : error;
  }
};

class OversizedResponseError extends Error {
  readonly code = "ERR_RESPONSE_SIZE";

  constructor({ origin }: URL) {
    super(`the response of ${origin} is larger than ${maxResponseBytes / 1024 / 1024} MB`);
  }
}
