import * as fs from "node:fs/promises";
import * as path from "node:path";

const script = `#!/bin/sh
# The CLI starts this in the program's folder. It runs the dynamic-provider host of the program's own SDK, which is in
# this folder or in one above.
folder=$PWD
while [ -n "$folder" ]; do
  host=$folder/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js
  [ -f "$host" ] && exec node "$host" "$@"
  folder=\${folder%/*}
done
echo "@pulumi/pulumi isn't installed in $PWD or a folder above" >&2
exit 1
`;

/**
 * Writes the executable that the CLI uses as the plugin of dynamic resources. The official download includes one like
 * it.
 */
export async function writeLauncher(bin: string): Promise<void> {
  await fs.writeFile(path.join(bin, "pulumi-resource-pulumi-nodejs"), script, { mode: 0o755 });
}
