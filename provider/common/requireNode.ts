/**
 * Refuses an unsupported Node.js when it's imported. Each entry point of the package imports it first, because other
 * modules use functions that an older Node.js lacks.
 */

/** The lowest supported major version, as in package.json. */
const lowest = 20;

const { node } = process.versions;
if (Number.parseInt(node) < lowest) {
  throw new Error(
    `pulumi-operation-cancellation requires Node.js ${lowest} or later, and this is Node.js ${node} (${process.execPath}). ` +
      "Install a supported version, and make it the first `node` in the PATH.",
  );
}
