import assert from "node:assert/strict";
import type { CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { CheckRequest } from "@pulumi/pulumi/proto/provider_pb";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { packageVersion } from "../../provider/common/packageVersion";
import { structOf } from "../../provider/hosts/plugin/values";
import { unary } from "../engines/standIn/grpcs";
import { schema } from "../schema/schema";
import { repository } from "./packed";
import { PluginProcess } from "./pluginProcess";

const source = join(repository, "plugin");

describe("the source-based plugin folder", () => {
  it("has the version of the package, and requires that version", () => {
    const { version, dependencies } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as {
      version: string;
      dependencies: Record<string, string>;
    };
    assert.deepEqual([version, dependencies["pulumi-operation-cancellation"]], [packageVersion, packageVersion]);
  });

  it("names the runtime that runs it", () => {
    assert.deepEqual(load(readFileSync(join(source, "PulumiPlugin.yaml"), "utf8")), { runtime: "nodejs" });
  });

  // The language host that can be built from Go modules can't run such a folder. So this test starts the process that a
  // newer language host starts: @pulumi/pulumi's run-plugin, as the folder resolves it, with the folder and the arguments
  // of the engine. Source: `RunPlugin` in sdk/nodejs/cmd/pulumi-language-nodejs/main.go of pulumi/pulumi.
  it("serves the schema and checks arguments when Pulumi's Node.js SDK runs it", async function () {
    this.timeout(60_000);
    const directory = mkdtempSync(join(tmpdir(), "cancellation-plugin-folder-"));
    const folder = join(directory, "plugin");
    const program = join(directory, "program");
    mkdirSync(program);
    cpSync(source, folder, { recursive: true });
    symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
    const runPlugin = createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/cmd/run-plugin");
    const options = { cwd: program, env: process.env };
    const plugin = await PluginProcess.start(process.execPath, [runPlugin, folder, "127.0.0.1:1"], options);
    try {
      assert.deepEqual(await plugin.schema(), { ...schema, version: packageVersion });
      const request = new CheckRequest()
        .setUrn("urn:pulumi:dev::p::cancellation:index:CancellationRequest::r")
        .setNews(structOf({ operation: "operations/AbC", expect: "canceled" }));
      const response = await unary<CheckResponse>((done) => plugin.client.check(request, done));
      const [failure, ...more] = response.getFailuresList().map((each) => each.getReason());
      assert.match(failure ?? "", /canceled/);
      assert.deepEqual(more, []);
    } finally {
      await plugin.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
