import type { Identity } from "./identity";

/**
 * What to do when an access token that was given as it is is no longer taken; `undefined` where tokens are fetched. The
 * config's outlives its token: a destroy sees it as the last `up` did.
 */
export function staleTokenHint({ accessToken, source = "" }: Identity): string | undefined {
  if (accessToken === undefined) return undefined;
  const key = /^config (.+)$/.exec(source)?.[1];
  if (key === undefined) {
    return (
      `The access token is ${source}'s, used as it is: it has expired or was revoked, or is of another kind. Set the ` +
      "variable to a new one, or use credentials that can be renewed, for example GOOGLE_CREDENTIALS."
    );
  }
  return (
    `The access token is the config's ${key}, used as it is: it has expired or was revoked. What does not run ` +
    "the program, as `pulumi destroy`, sees the config of the last `pulumi up`: renew the token with " +
    `\`pulumi config set --secret ${key}\`, and run \`pulumi up\` or add \`--run-program\`; or use credentials that can ` +
    "be renewed, for example the config gcp:credentials."
  );
}
