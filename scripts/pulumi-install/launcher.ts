import * as fs from "node:fs/promises";
import * as path from "node:path";

const script = `#!/bin/sh
# The CLI starts this in the program's folder, so it runs the dynamic-provider host of the program's own SDK.
host=$(node -p "require.resolve('@pulumi/pulumi/cmd/dynamic-provider')") && exec node "$host" "$@"
`;

/**
 * Writes the executable that the CLI uses as the plugin of dynamic resources. The official download includes one like
 * it.
 */
export async function writeLauncher(bin: string): Promise<void> {
  await fs.writeFile(path.join(bin, "pulumi-resource-pulumi-nodejs"), script, { mode: 0o755 });
}
