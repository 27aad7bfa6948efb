/** The version of this package. It's loaded with `require`, because a bundle includes the file that `require` names. */
// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import of a file outside provider/ isn't compiled
export const { version: packageVersion } = require("../../package.json") as { readonly version: string };
