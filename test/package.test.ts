import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bundleDependencies?: readonly string[];
}

/** Every user of the package installs these dependencies, so a new one is a decision. */
const allowed = [
  "@grpc/grpc-js",
  "axios",
  "cockatiel",
  "fastest-levenshtein",
  "google-auth-library",
  "google-protobuf",
  "picomatch",
  "proxy-from-env",
  "valibot",
];

describe("the published package.json", () => {
  const manifest = JSON.parse(readFileSync(join(__dirname, "..", "package.json"), "utf8")) as Manifest;

  it("has no scripts that run when a user installs the package", () => {
    const scripts = Object.keys(manifest.scripts ?? {});
    // `prepare` runs in this repository and in installations from it, but not in installations from the registry.
    assert.deepEqual(
      scripts.filter((name) => /^((pre|post)?install|(pre|post)prepare|dependencies)$/.test(name)),
      [],
    );
  });

  it("has only the direct dependencies that were decided on", () => {
    const { dependencies = {}, peerDependencies = {}, optionalDependencies = {}, bundleDependencies = [] } = manifest;
    const others = Object.keys(dependencies).filter((name) => !allowed.includes(name));
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(peerDependencies), ["@pulumi/pulumi"]);
    assert.deepEqual([optionalDependencies, bundleDependencies], [{}, []]);
  });

  it("takes all dependencies from the registry by version", () => {
    for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
      assert.match(version, /^[\^~]?\d+\.\d+\.\d+$/, name);
    }
  });
});
