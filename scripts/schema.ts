/** Writes schema.json, the schema of the provider plugin, from the TypeScript declarations in provider/. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./schema/declarations";
import { generateSchema } from "./schema/document";
import { formatSchema } from "./schema/format";

async function main(): Promise<void> {
  writeFileSync(join(root, "schema.json"), await formatSchema(generateSchema()));
}

void main();
