import * as fs from "node:fs/promises";
import * as path from "node:path";

const script = `#!/bin/sh
# Started by the CLI in the program's folder: the host of dynamic resources is that of the program's own SDK.
host=$(node -p "require.resolve('@pulumi/pulumi/cmd/dynamic-provider')") && exec node "$host" "$@"
`;

/** What the CLI looks for as the plugin of dynamic resources; a download brings one like it. */
export async function writeLauncher(bin: string): Promise<void> {
  await fs.writeFile(path.join(bin, "pulumi-resource-pulumi-nodejs"), script, { mode: 0o755 });
}
