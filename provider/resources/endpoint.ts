import type { ConfigReader } from "../auth/configSources";
import { defaultUniverse } from "../auth/identity";
import { StepError } from "./errors";
import { endpointIssue, hostIssue, isCloudChannel, isLoopback, parseUrl, type Service } from "./inputs/service";

/** Sends calls to another endpoint than the service's own: an emulator, a private endpoint, a regional one. */
export const endpointKey = "cancellation:endpoint";

/** Does the same, and has precedence. The environment is always current; a destroy sees the config of the last `up`. */
const endpointVariable = "CANCELLATION_ENDPOINT";

/** Where settings are read. */
export interface Settings {
  readonly config: ConfigReader;
  readonly environment: NodeJS.ProcessEnv;
}

/** Where calls go, and the setting that decided it. */
export interface Endpoint {
  /** For example `https://cloudchannel.googleapis.com`. */
  readonly origin: string;
  /** For messages, for example `config cancellation:endpoint`. */
  readonly source: string;
}

/** A setting's endpoints: one, or one for each host. */
type Override = { readonly origin: string } | { readonly byHost: ReadonlyMap<string, string> };

/** What is wrong with the settings that override endpoints. */
export function validateEndpoints({ config, environment }: Settings): string[] {
  return [
    ...overrideIssues(environment[endpointVariable], `the environment variable ${endpointVariable}`),
    ...overrideIssues(config(endpointKey), `the config ${endpointKey}`),
  ];
}

/**
 * Finds where the calls for a service go: what the environment says, then what the config says, then the service's own endpoint
 * in the universe that is called. One endpoint in the environment is for all services, and one in the config is for the
 * default service. Either can name an endpoint for each host instead.
 *
 * @throws {StepError} when a setting isn't valid
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
 * Whether what was recorded at one endpoint holds at another. What an emulator said holds only for that emulator.
 *
 * @param recorded `undefined` where nothing was recorded
 */
export function holdsAt(recorded: string | undefined, endpoint: string): boolean {
  if (recorded === undefined || recorded === endpoint) return true;
  const url = parseUrl(recorded);
  return url === undefined || !isLoopback(url.hostname);
}

function endpointIn(override: Override | undefined, service: Service, isForAll: boolean): string | undefined {
  if (!override) return undefined;
  if ("byHost" in override) return override.byHost.get(service.host);
  return isForAll ? override.origin : undefined;
}

function overrideIssues(text: string | undefined, source: string): string[] {
  if (!text) return [];
  if (!isObjectText(text)) return [endpointIssue(text)].flatMap((issue) => (issue === undefined ? [] : `${source} ${issue}`));
  const endpoints = parseObject(text);
  if (!endpoints) return [`${source} must be a URL, or a JSON object of URLs by host: {"HOST": "https://…"}`];
  return Object.entries(endpoints).flatMap(([host, endpoint]) => {
    const issues = [hostIssue(host), typeof endpoint === "string" ? endpointIssue(endpoint) : "must be a URL"];
    return issues.flatMap((issue) => (issue === undefined ? [] : `${source}, at ${JSON.stringify(host)}, ${issue}`));
  });
}

/** Reads a setting that is valid. */
function overrideOf(text: string | undefined): Override | undefined {
  if (!text) return undefined;
  if (!isObjectText(text)) return { origin: new URL(text).origin };
  const entries = Object.entries(parseObject(text) ?? {});
  return { byHost: new Map(entries.map(([host, endpoint]) => [host.toLowerCase(), new URL(String(endpoint)).origin])) };
}

/** Pulumi gives a config value that was set with `--path` as JSON. */
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

/** Moves an endpoint of googleapis.com to the universe's domain. Its service's name and a port stay. */
function inUniverse(endpoint: string, universe: string): Endpoint {
  const own = { origin: endpoint, source: "the service's own endpoint" };
  const { hostname, port } = new URL(endpoint);
  // The domain itself belongs to the universe too.
  if (universe === defaultUniverse || !`.${hostname}`.endsWith(`.${defaultUniverse}`)) return own;
  const origin = `https://${hostname.slice(0, -defaultUniverse.length)}${universe}${port && `:${port}`}`;
  return { origin, source: `the service's own endpoint in the universe ${universe}` };
}
