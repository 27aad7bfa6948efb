import { AsyncLocalStorage } from "node:async_hooks";
import type { AuthClient, gaxios } from "google-auth-library";
import { agentFor } from "../common/agents";
import { withTimeout } from "../common/withTimeout";
import { rememberSecrets, type Secrets, secretsOfRequest } from "./secrets";

/** The maximum size of a token endpoint's response, decompressed. Google's responses have less than 4 KB. */
const maxResponseBytes = 1024 * 1024;

/** One fetch of a token, which can take several requests. google-auth-library makes some of them internally. */
interface Fetch {
  readonly signal: AbortSignal;
  readonly secrets: Secrets;
}

const fetches = new AsyncLocalStorage<Fetch>();

/**
 * Runs one fetch of a token, and adds the secrets that its requests send to `secrets`. If the fetch takes longer than
 * `milliseconds`, aborts its requests and throws the error from `createError`.
 */
export async function runFetch<T>(
  milliseconds: number,
  secrets: Secrets,
  fetch: () => Promise<T>,
  createError: () => Error,
): Promise<T> {
  const controller = new AbortController();
  try {
    return await withTimeout(milliseconds, fetches.run({ signal: controller.signal, secrets }, fetch), createError);
  } catch (error) {
    controller.abort();
    throw error;
  }
}

/** Adds the secrets in a credential to those of the current fetch. */
export function rememberCredential(credential: unknown): void {
  const fetch = fetches.getStore();
  if (fetch) rememberSecrets(fetch.secrets, credential);
}

/** More properties of a client for an external account. google-auth-library declares them protected. */
interface ExternalClient {
  readonly stsCredential?: { readonly transporter: gaxios.Gaxios };
  retrieveSubjectToken?: () => Promise<string>;
}

const limitedClients = new WeakSet<AuthClient>();

/** Limits the requests of a client, and of the clients that provide its tokens. */
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
      // A credential with a certificate creates new transports here.
      limitTransports(each);
      return token;
    };
  }
}

function limitTransports(client: AuthClient): void {
  const { stsCredential } = client as ExternalClient;
  // An external account's token exchange has its own transport.
  for (const transport of [client.transporter, ...(stsCredential ? [stsCredential.transporter] : [])]) {
    limitTransport(transport);
    // Replaces gaxios's own proxy agents, which neither keep nor limit connections.
    transport.defaults.agent ??= (url: URL) => agentFor(url);
  }
}

/** Yields a client, and the clients that provide its tokens. */
export function* clientsOf(client: AuthClient): Generator<AuthClient> {
  for (let next: AuthClient | undefined = client; next; next = sourceOf(next)) yield next;
}

function sourceOf(client: AuthClient): AuthClient | undefined {
  return "sourceClient" in client ? (client.sourceClient as AuthClient) : undefined;
}

/** Limits the size and time of a transport's requests during a fetch of a token. Other requests don't change. */
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
      // gaxios reads this just before it calls node-fetch, which must not get an aborted signal. node-fetch would
      // destroy a body without a listener, and the resulting error would end the process.
      get signal() {
        signal.throwIfAborted();
        return signal;
      },
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- gaxios has no limit for every body
      size: maxResponseBytes,
      // A redirect would send the secrets to another address.
      redirect: "manual",
    });
    response.config = options;
    return response;
  } catch (error) {
    const oversized = (error as { type?: unknown }).type === "max-size";
    // gaxios retries with these options, which don't have the limits.
    if (oversized || signal.aborted) options.retryConfig = { ...options.retryConfig, retry: 0 };
    throw oversized ? new OversizedResponseError(options.url) : error;
  }
};

class OversizedResponseError extends Error {
  readonly code = "ERR_RESPONSE_SIZE";

  constructor({ origin }: URL) {
    super(`the response from ${origin} is larger than ${maxResponseBytes / 1024 / 1024} MB`);
  }
}
