import assert from "node:assert/strict";
import { connect, validateContext } from "../../provider/resources/context";
import { hintFor } from "../../provider/resources/errorHints";
import { canonicalService } from "../../provider/resources/inputs/service";
import { Deadline } from "../../provider/common/deadline";
import { type CallError, RpcError, InvalidResponseError } from "../../provider/operations/errors";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";
import { rpc, startServer } from "../support/server";

const name = "operations/AbC";
const call = { method: "get", name, base: "https://cloudchannel.googleapis.com/v1" } as const;
const context = (config: Record<string, string>) => ({
  config: (key: string) => config[key],
  environment: {},
  log: () => undefined,
});
const rpcError = (code: "PERMISSION_DENIED" | "UNAUTHENTICATED") => new RpcError(call, code, 403, "No.");

describe("the settings of a stack", () => {
  const reasons = (config: Record<string, string>) => validateContext(context(config)).map(({ reason }) => reason);

  it("are checked before any call, all of them", () => {
    const found = reasons({ "cancellation:endpoint": "http://example.com", "gcp:universeDomain": "https://x" });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /^the config cancellation:endpoint is plain http/);
    assert.match(found[1] ?? "", /^config gcp:universeDomain must be a domain/);
    assert.equal(reasons({ "gcp:impersonateServiceAccountDelegates": "a@b" }).length, 1);
    assert.deepEqual(reasons({ "gcp:credentials": "{}" }), []);
  });

  it("can't be called with where the resource's subject contradicts them", () => {
    const make = () =>
      connect(context({ "gcp:universeDomain": "b.example" }), canonicalService(), { subject: "a@b" });
    assert.throws(make, /`subject` can't be used in the universe b\.example/);
  });
});

describe("where a call goes", () => {
  /** The address in the error of a call that nothing answers; no host of these exists. */
  async function base(config: Record<string, string>, endpoint?: string): Promise<string> {
    const all = context({ "gcp:accessToken": "t", ...config });
    const { client } = connect(all, canonicalService(endpoint === undefined ? {} : { endpoint }), {});
    const error = await rejection<CallError>(client.get(name, Deadline.after(0)));
    return error.call.base;
  }
  const universe = { "gcp:universeDomain": "universe.invalid" };

  it("is the universe's own host, whatever the service of googleapis.com", async () => {
    assert.equal(await base(universe), "https://cloudchannel.universe.invalid/v1");
    const regional = await base(universe, "https://europe-west1-workflows.googleapis.com");
    assert.equal(regional, "https://europe-west1-workflows.universe.invalid/v1");
  });

  for (const [endpoint, moved] of [
    ["https://workflows.googleapis.com:8443", "https://workflows.universe.invalid:8443"],
    ["https://WORKFLOWS.GoogleAPIs.com:8443/", "https://workflows.universe.invalid:8443"],
    ["https://workflows.googleapis.com:443", "https://workflows.universe.invalid"],
    ["https://workflows.googleapis.com:80", "https://workflows.universe.invalid:80"],
    ["https://googleapis.com", "https://universe.invalid"],
    ["https://a.b.googleapis.com", "https://a.b.universe.invalid"],
  ] as const) {
    it(`sends a call for ${endpoint} to ${moved} in that universe`, async () => {
      assert.equal(await base(universe, endpoint), `${moved}/v1`);
    });
  }

  it("keeps hosts that only look like those of googleapis.com", async () => {
    const { HTTPS_PROXY } = process.env;
    // Nothing listens there, so no call leaves this machine.
    process.env["HTTPS_PROXY"] = "http://127.0.0.1:9";
    try {
      for (const endpoint of ["https://notgoogleapis.com:8443", "https://x.googleapis.com.invalid"]) {
        assert.equal(await base(universe, endpoint), `${endpoint}/v1`);
      }
    } finally {
      if (HTTPS_PROXY === undefined) delete process.env["HTTPS_PROXY"];
      else process.env["HTTPS_PROXY"] = HTTPS_PROXY;
    }
  });

  it("refuses a host with a trailing dot, which would be another name for the same host", () => {
    const make = () => connect(context(universe), canonicalService({ endpoint: "https://x.googleapis.com./" }), {});
    assert.throws(make, /service\.endpoint has a host that is no plain name/);
  });

  it("is not changed by a universe where it is no host of googleapis.com, or overridden", async () => {
    assert.equal(await base(universe, "https://googleapis.com.invalid"), "https://googleapis.com.invalid/v1");
    const override = { ...universe, "cancellation:endpoint": "https://other.invalid" };
    assert.equal(await base(override), "https://other.invalid/v1");
  });
});

describe("an error that the caller is the cause of", () => {
  const { stopping } = cleanUps();
  const service = canonicalService();
  const other = canonicalService({ endpoint: "https://workflows.googleapis.com" });
  const identity = { delegates: [] };

  it("says of Cloud Channel what to check, and as whom it was called", () => {
    const denied = rpcError("PERMISSION_DENIED");
    assert.match(hintFor(denied, { service, identity }) ?? "", /is for resellers.*\(it is not set\).*apps\.order/);
    const subject = "admin@example.com";
    assert.match(
      hintFor(denied, { service, identity: { ...identity, subject } }) ?? "",
      /\(it is admin@example\.com\)/,
    );
    assert.equal(hintFor(denied, { service: other, identity }), undefined);
  });

  it("says of a token that was given as it is how to renew it, whoever answers", () => {
    const given = { ...identity, accessToken: "t", source: "config gcp:accessToken" };
    for (const error of [rpcError("UNAUTHENTICATED"), new InvalidResponseError(call, 401, "a page")]) {
      assert.match(hintFor(error, { service: other, identity: given }) ?? "", /config set --secret gcp:accessToken/);
      assert.equal(hintFor(error, { service, identity }), undefined);
    }
  });

  it("is the same error otherwise, from every method", async () => {
    const server = stopping(await startServer(rpc(401, "UNAUTHENTICATED", "Expired.")));
    const config = { "cancellation:endpoint": server.endpoint, "gcp:accessToken": "S3CR3T" };
    const { client } = connect(context(config), service, {});
    const deadline = Deadline.after(1_000);
    for (const attempt of [
      client.get(name, deadline),
      client.cancel(name, deadline),
      client.list("operations", {}, deadline),
    ]) {
      const error = await rejection(attempt);
      assert.ok(error instanceof RpcError && error.code === "UNAUTHENTICATED");
      assert.match(error.message, /Expired\. The access token is the config's gcp:accessToken.*gcp:credentials$/);
      assert.ok(!error.message.includes("S3CR3T"));
    }
  });

  it("of another kind stays as it is", () => {
    for (const error of [new Error("x"), new RpcError(call, "NOT_FOUND", 404, "No."), undefined]) {
      assert.equal(hintFor(error, { service, identity: { ...identity, accessToken: "t" } }), undefined);
    }
  });
});
