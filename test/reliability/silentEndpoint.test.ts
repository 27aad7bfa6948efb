import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { credentialKinds } from "./silentEndpoint";

describe("a token endpoint that never responds", () => {
  for (const kind of credentialKinds) {
    it(`doesn't end the process that requests a token for ${kind}`, async () => {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        ...["--require", "tsx/cjs", join(__dirname, "silentEndpoint.ts"), kind],
      ]);
      assert.match(stdout, /Can't get an access token from x.*: no response within 1\.0 s\./);
      assert.match(stdout, /^1 connections\nstill running$/m);
      assert.equal(stderr, "");
    }).timeout(60_000);
  }
});
