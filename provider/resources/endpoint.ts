import type { ConfigReader } from "../auth/configSources";
import { defaultUniverse } from "../auth/identity";
import { isLoopback } from "../common/loopback";
import { OtherEndpointError, StepError } from "./errors";
import { endpointIssue, hostIssue, isCloudChannel, parseUrl, type Service } from "./inputs/service";

/** The config of an endpoint to call instead of the service's own, for example an emulator, or a private or regional one. */
export const endpointKey = "cancellation:endpoint";

/** The same in the environment, with precedence. The environment is always current. A destroy sees the config of the last `up`. */
export const endpointVariable = "CANCELLATION_ENDPOINT";

/** The sources of settings. */
export interface Settings {
  readonly config: ConfigReader;
  readonly environment: NodeJS.ProcessEnv;
}

/** An endpoint, and the setting that decided it. */
export interface Endpoint {
  /** For example `https://cloudchannel.googleapis.com`. */
  readonly origin: string;
  /** For messages, for example `config cancellation:endpoint`. */
  readonly source: string;
}

/** The value of a setting: one endpoint, or one for each host. */
type Override = { readonly origin: string } | { readonly byHost: ReadonlyMap<string, string> };

/** Returns the issues of the settings that override endpoints. */
export function validateEndpoints({ config, environment }: Settings): string[] {
  return [
    ...overrideIssues(environment[endpointVariable], `the environment variable ${endpointVariable}`),
    ...overrideIssues(config(endpointKey), `the config ${endpointKey}`),
  ];
}

/**
 * Returns where the calls for a service go. The environment has precedence over the config, and the config over the
 * service's own endpoint. A single endpoint in the environment applies to all services. A single endpoint in the config
 * applies to the default service. Both settings can hold an endpoint for each host instead. An emulator's endpoint
 * applies to the regional hosts of its host too.
 *
 * @throws {StepError} if a setting isn't valid
 */
export function endpointFor(service: Service, settings: Settings, universe = defaultUniverse): Endpoint {
  const [issue] = validateEndpoints(settings);
  if (issue !== undefined) throw new StepError(issue);
  const { config, environment } = settings;
  const fromEnvironment = overrideOf(environment[endpointVariable]);
  const fromConfig = overrideOf(config(endpointKey));
  const origin = endpointIn(fromEnvironment, service, true);
  if (origin !== undefined) return { origin, source: `environment variable ${endpointVariable}` };
  const configured = endpointIn(fromConfig, service, isCloudChannel(service));
  if (configured !== undefined) return { origin: configured, source: `config ${endpointKey}` };
  return inUniverse(service.endpoint, universe);
}

/**
 * Returns whether a record that was made at one endpoint holds at another. A record of an emulator holds only there.
 *
 * @param recorded `undefined` if the record has no endpoint
 */
export function holdsAt(recorded: string | undefined, endpoint: string): boolean {
  const url = recorded === undefined ? undefined : parseUrl(recorded);
  if (!url || !isLoopback(url.hostname)) return true;
  const { protocol, hostname, port } = new URL(endpoint);
  // An emulator has several names: localhost, 127.0.0.1, [::1].
  return isLoopback(hostname) && protocol === url.protocol && port === url.port;
}

/** What a step may know before its first call. */
interface Known<T> {
  readonly record: T;
  /** What the step knows if the record doesn't hold. */
  readonly nothing: T;
}

/**
 * Returns what a step knows at the endpoint that it calls.
 *
 * @param name the operation or the collection
 * @throws {OtherEndpointError} if a service's record would be replaced or deleted because of what an emulator responds
 */
export function knownAt<T extends { readonly endpoint?: string }>(
  endpoint: string,
  name: string,
  { record, nothing }: Known<T>,
): T {
  const recorded = record.endpoint;
  if (recorded !== undefined && isRefusedAt(recorded, endpoint)) throw new OtherEndpointError(name, recorded, endpoint);
  return { ...(holdsAt(recorded, endpoint) ? record : nothing), endpoint };
}

/** Returns whether a step with a record of one endpoint makes no call at another, because that one is an emulator. */
export function isRefusedAt(recorded: string, endpoint: string): boolean {
  return !isEmulator(recorded) && isEmulator(endpoint);
}

/** A service on this machine is an emulator. */
function isEmulator(endpoint: string): boolean {
  const url = parseUrl(endpoint);
  return url !== undefined && isLoopback(url.hostname);
}

function endpointIn(override: Override | undefined, service: Service, isForAll: boolean): string | undefined {
  if (!override) return undefined;
  if ("byHost" in override) return override.byHost.get(service.host) ?? emulatorOf(service.host, override.byHost);
  return isForAll ? override.origin : undefined;
}

/**
 * Returns the emulator of a regional host's service. Without this, an entry for `aiplatform.googleapis.com` would let the
 * calls to `europe-west4-aiplatform.googleapis.com` go to Google. An entry for another machine is for its host only,
 * because an endpoint of a service may serve no other location.
 */
function emulatorOf(host: string, byHost: ReadonlyMap<string, string>): string | undefined {
  const [, origin] = [...byHost].find(([of, to]) => isEmulator(to) && isRegional(host, of)) ?? [];
  return origin;
}

/** Returns whether a host is `LOCATION-HOST`, for example `us-central1-aiplatform.googleapis.com`. */
function isRegional(host: string, of: string): boolean {
  return host.endsWith(`-${of}`) && /^[a-z\d-]+$/.test(host.slice(0, -of.length - 1));
}

function overrideIssues(text: string | undefined, source: string): string[] {
  if (!text) return [];
  if (!isObjectText(text))
    return [endpointIssue(text)].flatMap((issue) => (issue === undefined ? [] : `${source} ${issue}`));
  const endpoints = parseObject(text);
  if (!endpoints) return [`${source} must be a URL, or a JSON object of URLs by host: {"HOST": "https://…"}`];
  return Object.entries(endpoints).flatMap(([host, endpoint]) => {
    const issues = [hostIssue(host), typeof endpoint === "string" ? endpointIssue(endpoint) : "must be a URL"];
    return issues.flatMap((issue) => (issue === undefined ? [] : `${source}, at ${JSON.stringify(host)}, ${issue}`));
  });
}

/** Parses a valid setting. */
function overrideOf(text: string | undefined): Override | undefined {
  if (!text) return undefined;
  if (!isObjectText(text)) return { origin: new URL(text).origin };
  const entries = Object.entries(parseObject(text) ?? {});
  return {
    byHost: new Map(
      entries.map(([host, endpoint]) => [new URL(`https://${host}`).host, new URL(String(endpoint)).origin]),
    ),
  };
}

/** Pulumi passes a config value that was set with `--path` as JSON. */
function isObjectText(text: string): boolean {
  return text.trimStart().startsWith("{");
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Moves an endpoint of googleapis.com to the universe's domain. Keeps the service's name and the port. */
function inUniverse(endpoint: string, universe: string): Endpoint {
  const own = { origin: endpoint, source: "the service's own endpoint" };
  const { hostname, port } = new URL(endpoint);
  // The domain itself belongs to the universe too.
  if (universe === defaultUniverse || !`.${hostname}`.endsWith(`.${defaultUniverse}`)) return own;
  const origin = `https://${hostname.slice(0, -defaultUniverse.length)}${universe}${port && `:${port}`}`;
  return { origin, source: `the service's own endpoint in the universe ${universe}` };
}
