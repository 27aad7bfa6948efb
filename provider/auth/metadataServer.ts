import type { gaxios } from "google-auth-library";

const hosts = ["169.254.169.254", "metadata.google.internal", "metadata.google.internal."];

/**
 * Has the metadata server asked without a proxy. It speaks plain http, so that a proxy would read the tokens it gives; and
 * what a proxy answered would be its own machine's credentials. google-auth-library asks it through whichever proxy is
 * configured.
 *
 * @param transport the one that gcp-metadata uses
 */
export function exemptMetadataServer(transport: gaxios.Gaxios, environment: NodeJS.ProcessEnv): void {
  const given = environment["GCE_METADATA_IP"] || environment["GCE_METADATA_HOST"];
  const url = given && (/^https?:\/\//.test(given) ? given : `http://${given}`);
  const exempt = url && URL.canParse(url) ? [...hosts, new URL(url).hostname] : hosts;
  const { noProxy = [] } = transport.defaults;
  transport.defaults.noProxy = [...new Set([...noProxy, ...exempt])];
}
