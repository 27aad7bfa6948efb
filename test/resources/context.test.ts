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

  it("are all checked at once, with an issue for each invalid setting", () => {
    const found = reasons({ "cancellation:endpoint": "http://example.com", "gcp:universeDomain": "https://x" });
    assert.equal(found.length, 2);
    assert.match(found[0] ?? "", /^the config cancellation:endpoint is plain http/);
    assert.match(found[1] ?? "", /^config gcp:universeDomain must be a domain/);
    assert.equal(reasons({ "gcp:impersonateServiceAccountDelegates": "a@b" }).length, 1);
    assert.deepEqual(reasons({ "gcp:credentials": "{}" }), []);
  });

  it("don't allow a `subject` in a universe other than googleapis.com", () => {
    const make = () => connect(context({ "gcp:universeDomain": "b.example" }), canonicalService(), { subject: "a@b" });
    assert.throws(make, /`subject` can't be used in the universe b\.example/);
  });
});

describe("the host of a call", () => {
  /** Returns the address in the error of a failed call. None of the hosts exists. */
  async function base(config: Record<string, string>, endpoint?: string): Promise<string> {
    const all = context({ "gcp:accessToken": "t", ...config });
    const { client } = connect(all, canonicalService(endpoint === undefined ? {} : { endpoint }), {});
    const error = await rejection<CallError>(client.get(name, Deadline.after(0)));
    return error.call.base;
  }
  const universe = { "gcp:universeDomain": "universe.invalid" };

  it("is the universe's own host for every service of googleapis.com", async () => {
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
    it(`is ${moved} for the endpoint ${endpoint} in another universe`, async () => {
      assert.equal(await base(universe, endpoint), `${moved}/v1`);
    });
  }

  it("doesn't depend on the universe when the host only resembles a host of googleapis.com", async () => {
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

  it("can't end with a dot, which would make a second name for the same host", () => {
    const make = () => connect(context(universe), canonicalService({ endpoint: "https://x.googleapis.com./" }), {});
    assert.throws(make, /service\.endpoint has a host that isn't a plain name/);
  });

  it("doesn't depend on the universe when the host is outside googleapis.com or the config overrides it", async () => {
    assert.equal(await base(universe, "https://googleapis.com.invalid"), "https://googleapis.com.invalid/v1");
    const override = { ...universe, "cancellation:endpoint": "https://other.invalid" };
    assert.equal(await base(override), "https://other.invalid/v1");
  });
});

describe("the hint of an error that the caller causes", () => {
  const { stopping } = cleanUps();
  const service = canonicalService();
  const other = canonicalService({ endpoint: "https://workflows.googleapis.com" });
  const identity = { delegates: [] };

  it("names the subject and what to check when Cloud Channel, and no other service, denies permission", () => {
    const denied = rpcError("PERMISSION_DENIED");
    assert.match(hintFor(denied, { service, identity }) ?? "", /serves resellers only.*\(it isn't set\).*apps\.order/);
    const subject = "admin@example.com";
    assert.match(
      hintFor(denied, { service, identity: { ...identity, subject } }) ?? "",
      /\(it is admin@example\.com\)/,
    );
    assert.equal(hintFor(denied, { service: other, identity }), undefined);
  });

  it("says how to renew a configured access token that any service refuses", () => {
    const given = { ...identity, accessToken: "t", source: "config gcp:accessToken" };
    for (const error of [rpcError("UNAUTHENTICATED"), new InvalidResponseError(call, 401, "a page")]) {
      assert.match(hintFor(error, { service: other, identity: given }) ?? "", /config set --secret gcp:accessToken/);
      assert.equal(hintFor(error, { service, identity }), undefined);
    }
  });

  it("extends the message of a refused get, cancel or list, whose error class and code stay the same", async () => {
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
      assert.match(
        error.message,
        /Expired\. The access token from the config gcp:accessToken can't be renewed\..*`--run-program`$/,
      );
      assert.ok(!error.message.includes("S3CR3T"));
    }
  });

  it("is absent for errors that the caller doesn't cause", () => {
    for (const error of [new Error("x"), new RpcError(call, "NOT_FOUND", 404, "No."), undefined]) {
      assert.equal(hintFor(error, { service, identity: { ...identity, accessToken: "t" } }), undefined);
    }
  });
});
