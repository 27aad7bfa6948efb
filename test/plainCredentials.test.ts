import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { warnOfPlainCredentials } from "../provider/programChecks";

const key = JSON.stringify({ type: "service_account", private_key: "S3CR3T" });

describe("a credential in the stack's config", () => {
  const { warn } = pulumi.log;
  const { allConfig, setAllConfig } = pulumi.runtime;
  const before = allConfig();
  let warnings: string[] = [];
  beforeEach(() => {
    warnings = [];
    Object.assign(pulumi.log, { warn: (message: string) => void warnings.push(message) });
  });
  afterEach(() => {
    Object.assign(pulumi.log, { warn });
    setAllConfig(before);
  });

  /** Returns the warnings of a config. Each test uses its own keys, because each key causes one warning at most. */
  function warningsOf(config: Record<string, string>, secretKeys: string[] = []): string[] {
    setAllConfig(config, secretKeys);
    warnOfPlainCredentials();
    return warnings;
  }

  it("causes no warning when it's a secret", () => {
    const config = { "gcp:credentials": key, "cancellation:accessToken": "t" };
    assert.deepEqual(warningsOf(config, Object.keys(config)), []);
  });

  it("causes no warning when it's a path or a file without a secret", () => {
    assert.deepEqual(warningsOf({ "gcp:credentials": "./key.json" }), []);
    assert.deepEqual(warningsOf({ "gcp:credentials": JSON.stringify({ type: "external_account" }) }), []);
    assert.deepEqual(warningsOf({ "gcp:accessToken": "", "gcp:project": "p" }), []);
  });

  it("causes one warning for each plain key, with the fix and without the credential", () => {
    const config = { "gcp:credentials": key, "gcp:accessToken": "S3CR3T", "cancellation:accessToken": "S3CR3T" };
    warningsOf(config, ["cancellation:accessToken"]);
    warningsOf(config, ["cancellation:accessToken"]);
    assert.equal(warnings.length, 2);
    const [token = "", file = ""] = [...warnings].sort();
    assert.match(token, /The config gcp:accessToken .* pulumi config set --secret gcp:accessToken/);
    assert.match(file, /The config gcp:credentials .* pulumi config set --secret gcp:credentials/);
    assert.ok(!warnings.join("").includes("S3CR3T"));
  });
});
