import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import { call, Emulators, errorOf, raw } from "./caller";

const name = "operations/AbC";

describe("the operations service", () => {
  const emulators = new Emulators(startEmulator);
  const { start } = emulators;
  afterEach(emulators.stop);

  it("accepts names of any pattern, and decodes everything but %2F, as gRPC transcoding does", async () => {
    const names = [
      "operations/a/b.c=/QmFzZTY0+w==",
      "projects/p/locations/l/operations/ü x",
      "operations/a%2Fb",
      "operations/x:cancel",
    ];
    const emulator = await start({ operations: names.map((each) => ({ name: each })) });
    for (const path of [
      "operations/a/b.c=/QmFzZTY0+w==",
      "operations/a%2Eb%2Fc".replace("%2Eb%2Fc", "/b%2Ec%3D/QmFzZTY0%2Bw%3D%3D"),
      "projects/p/locations/l/operations/%C3%BC%20x",
      "operations/a%2Fb",
      "operations/x%3Acancel",
    ]) {
      assert.equal((await raw(emulator, `/v1/${path}`)).status, 200, path);
      assert.equal((await raw(emulator, `/v1/${path}:cancel`, {}, "POST")).status, 200, path);
    }
    assert.equal((await raw(emulator, "/v1/operations%2Fa%2Fb.c=")).status, 404);
    assert.equal((await raw(emulator, "/v1/operations/%zz%20")).status, 404);
    assert.equal(emulator.calls.last()?.name, "operations/%zz ");
  });

  it("returns a 404 page in HTML for other paths and methods, as Google's front end does", async () => {
    const emulator = await start({ operations: [{ name }] });
    for (const [method, path] of [
      ["GET", `/v1beta1/${name}`],
      ["GET", "/v1/customers/x"],
      ["GET", `/v1/${name}:cancel`],
      ["POST", `/v1/${name}`],
      ["POST", `/v1/${name}:wait`],
      ["POST", "/v1/operations:cancel"],
      ["PATCH", `/v1/${name}`],
      ["GET", "/v1/operations//x"],
      ["GET", "/"],
    ] as const) {
      const response = await call(emulator, method, path);
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.equal(response.json, undefined, `${method} ${path}`);
      assert.match(response.headers.get("content-type") ?? "", /text\/html/);
    }
    assert.equal(emulator.calls.count("unknown"), 9);
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  it("serves another version with the option version", async () => {
    const emulator = await start({ version: "v2", operations: [{ name }] });
    assert.equal((await call(emulator, "GET", `/v2/${name}`)).status, 200);
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).json, undefined);
  });

  it("accepts a cancel with an empty body or {}, which Google's clients send", async () => {
    for (const body of ["", "{}", " {\n} "]) {
      const emulator = await start({ operations: [{ name }] });
      const headers = { "content-type": "application/json" };
      const response = await call(emulator, "POST", `/v1/${name}:cancel`, { body, headers });
      assert.deepEqual([response.status, response.json], [200, {}], body);
      assert.equal(emulator.operation(name)?.cancelRequested, true);
    }
  });

  it("refuses a cancel with any other body", async () => {
    const emulator = await start({ operations: [{ name }] });
    for (const [body, message] of [
      ['{"force":true}', /Unknown name "force": Cannot find field/],
      ["{", /must be empty or \{\}/],
      ["[]", /must be empty or \{\}/],
      ["null", /must be empty or \{\}/],
    ] as const) {
      const response = await call(emulator, "POST", `/v1/${name}:cancel`, { body });
      assert.equal(errorOf(response).status, "INVALID_ARGUMENT", body);
      assert.match(errorOf(response).message, message);
    }
    assert.equal(emulator.operation(name)?.cancelRequested, false);
  });

  it("refuses a body for every other method", async () => {
    const emulator = await start({ operations: [{ name }] });
    const response = await call(emulator, "DELETE", `/v1/${name}`, { body: "{}" });
    assert.match(errorOf(response).message, /The request body must be empty/);
    assert.equal(emulator.operation(name)?.gone, false);
  });

  it("refuses parameters that the method doesn't have", async () => {
    const emulator = await start({ operations: [{ name }] });
    assert.equal((await call(emulator, "GET", `/v1/${name}?alt=json&$alt=json%3Benum-encoding=int`)).status, 200);
    assert.match(errorOf(await call(emulator, "GET", `/v1/${name}?filter=x`)).message, /Unknown name "filter"/);
  });

  it("returns UNIMPLEMENTED for the methods in the option unimplemented", async () => {
    const emulator = await start({ operations: [{ name }], unimplemented: ["list", "delete", "cancel"] });
    for (const [method, path] of [
      ["GET", "operations"],
      ["DELETE", name],
      ["POST", `${name}:cancel`],
    ] as const) {
      const response = await call(emulator, method, `/v1/${path}`);
      assert.equal(response.status, 501);
      assert.equal(errorOf(response).status, "UNIMPLEMENTED");
    }
    assert.equal((await call(emulator, "GET", `/v1/${name}`)).status, 200);
  });

  it("refuses calls without a token that it issued, or with a revoked one, when tokens are required", async () => {
    const emulator = await start({ tokens: "required", operations: [{ name }] });
    const [token, revoked] = [emulator.issueToken(), emulator.issueToken()];
    emulator.revokeToken(revoked);
    const get = (headers: Record<string, string>) => call(emulator, "GET", `/v1/${name}`, { headers });
    assert.equal((await get({ authorization: `Bearer ${token}` })).status, 200);
    for (const headers of [{}, { authorization: "Bearer unknown" }, { authorization: `Bearer ${revoked}` }]) {
      const response = await get(headers);
      assert.equal(response.status, 401);
      assert.equal(errorOf(response).status, "UNAUTHENTICATED");
    }
  });

  it("requires the header of a generated client with requireApiClientHeader", async () => {
    const emulator = await start({ operations: [{ name }], requireApiClientHeader: true });
    const get = (header?: string) =>
      call(emulator, "GET", `/v1/${name}`, header === undefined ? {} : { headers: { "x-goog-api-client": header } });
    assert.equal(errorOf(await get()).status, "INVALID_ARGUMENT");
    assert.equal((await get("gl-node/20 gapic/1.0.0")).status, 400);
    assert.equal((await get("rest/ gapic/1.0.0")).status, 400);
    assert.equal((await get("gl-node/20 rest/1.9 gapic/1.0.0")).status, 200);
  });

  it("sends operations, lists and errors with the content type in the option contentType", async () => {
    const emulator = await start({ operations: [{ name }], contentType: "text/plain" });
    for (const path of [name, "operations/none", "operations"]) {
      const response = await call(emulator, "GET", `/v1/${path}`);
      assert.equal(response.headers.get("content-type"), "text/plain");
      assert.notEqual(response.json, undefined);
    }
  });
});
