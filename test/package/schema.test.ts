import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CliEngine, skipIf } from "../engines";
import { packageVersion } from "../../provider/common/packageVersion";
import { generateSchema } from "../../scripts/schema/document";
import { formatSchema } from "../../scripts/schema/format";
import { schema, schemaFile } from "../schema/schema";
import { pulumi } from "./pulumi";

describe("schema.json in the package", () => {
  it("is what `npm run schema` generates from the declarations", async function () {
    this.timeout(60_000);
    assert.equal(readFileSync(schemaFile, "utf8"), await formatSchema(generateSchema()));
  });
});

describe("the plugin's schema on the Pulumi CLI", function () {
  this.timeout(120_000);
  skipIf(() => new CliEngine().unavailable());

  it("meets Pulumi's metaschema and the rules of all languages", async () => {
    await pulumi(["schema", "check", "schema.json"]);
  });

  it("is what the plugin serves, with the package's version", async () => {
    const served: unknown = JSON.parse(await pulumi(["package", "get-schema", "./pulumi-resource-cancellation"]));
    assert.deepEqual(served, { ...schema, version: packageVersion });
  });
});
