import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { root } from "./declarations";
import type { PackageSpec } from "./spec";

/** Returns the text of schema.json. */
export async function formatSchema(schema: PackageSpec): Promise<string> {
  const filepath = join(root, "schema.json");
  return format(JSON.stringify(schema), { ...(await resolveConfig(filepath)), filepath });
}
