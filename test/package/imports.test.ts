import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** Loads Pulumi and then this package, creates a resource, and prints the files that the package loads. */
const program = `
  const pulumi = require("@pulumi/pulumi");
  const path = require("node:path");
  const before = new Set(Object.keys(require.cache));
  const { CancellationRequest } = require("./provider");
  const loaded = () => Object.keys(require.cache).filter((file) => !before.has(file)).map((file) => path.relative("", file));
  const atImport = loaded();
  pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "i", state: inputs }), call: () => ({}) }).then(() => {
    new CancellationRequest("r", { operation: "operations/AbC" }).urn.apply(() => {
      console.log(JSON.stringify({ atImport, later: loaded() }));
    });
  });
`;

describe("a program that imports the package", () => {
  let loaded: { atImport: string[]; later: string[] };
  before(function () {
    this.timeout(60_000);
    const { stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", program], {
      cwd: root,
      encoding: "utf8",
    });
    assert.ok(stdout, stderr);
    loaded = JSON.parse(stdout) as typeof loaded;
  });

  it("loads only the resources, without the host, HTTP, credentials or validation", () => {
    assert.deepEqual(loaded.atImport.sort(), [
      "provider/cancellationRequest.ts",
      "provider/cancellationSweep.ts",
      "provider/common/requireNode.ts",
      "provider/index.ts",
      "provider/lookups.ts",
      "provider/movedFrom.ts",
      "provider/outputs.ts",
      "provider/programChecks.ts",
    ]);
  });

  it("loads no TypeScript and no closure serializer when it creates a resource", () => {
    const heavy =
      /typescript|closure|axios|valibot|cockatiel|hosts|resources|common\/(?!requireNode)|auth|operations\//;
    assert.deepEqual(
      loaded.later.filter((file) => heavy.test(file)),
      [],
    );
  });
});
