import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CliEngine, skipIf } from "../engines";
import { findCli } from "../engines/findCli";
import { generateSchema } from "../../scripts/schema/document";
import { formatSchema } from "../../scripts/schema/format";
import { schema, schemaFile } from "../schema/schema";

const root = join(__dirname, "..", "..");

describe("schema.json in the package", () => {
  it("is what `npm run schema` generates from the declarations", async function () {
    this.timeout(60_000);
    assert.equal(readFileSync(schemaFile, "utf8"), await formatSchema(generateSchema()));
  });
});

describe("the plugin's schema on the Pulumi CLI", function () {
  this.timeout(120_000);
  skipIf(() => new CliEngine().unavailable());

  const pulumi = async (...args: string[]) => {
    const cli = findCli();
    assert.ok(cli);
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout } = await promisify(execFile)(cli.command, args, { cwd: root, env });
    return stdout;
  };

  it("meets Pulumi's metaschema and the rules of all languages", async () => {
    await pulumi("schema", "check", "schema.json");
  });

  it("is what the plugin serves, with the package's version", async () => {
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    const served: unknown = JSON.parse(await pulumi("package", "get-schema", "./pulumi-resource-cancellation"));
    assert.deepEqual(served, { ...schema, version });
  });
});
