import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommandLine, usage, UsageError } from "../../provider/emulator/command";
import { type Emulator, startEmulator } from "../../provider/emulator";
import { namedFaults } from "../../provider/emulator/faultRule";
import { call, Emulators, errorOf, raw } from "./caller";

describe("the command line of operations-emulator", () => {
  const operationsOf = (...argv: string[]) => {
    const read = readCommandLine(argv);
    assert.ok(!read.help);
    return read.operations;
  };

  it("uses defaults for all options", () => {
    const defaults = { port: 8085, version: "v1", operations: [], faults: [], tokens: "any" };
    assert.deepEqual(readCommandLine([]), { help: false, ...defaults });
  });

  it("reads the kind of each operation after the last equals sign", () => {
    assert.deepEqual(
      operationsOf("--operation", "operations/a==complete", "--operation=operations/b=expire", "--settle-after", "500"),
      [
        { name: "operations/a=", onCancel: "complete", settleAfter: 500 },
        { name: "operations/b", settleAfter: 500, expireAfter: 500 },
      ],
    );
    assert.deepEqual(operationsOf("--operation", "operations/c"), [{ name: "operations/c", settleAfter: 2000 }]);
  });

  it("explains every kind in the usage", () => {
    for (const kind of [
      "cancel",
      "complete",
      "fail",
      "ignore",
      "UNIMPLEMENTED",
      "FAILED_PRECONDITION",
      "succeeded",
      "failed",
      "cancelled",
      "expire",
    ]) {
      assert.equal(operationsOf("--operation", `operations/a=${kind}`).length, 1);
      assert.match(usage, new RegExp(`\\b${kind}\\b`));
    }
  });

  it("reads operations from a JSON file", () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-"));
    try {
      const file = join(folder, "operations.json");
      writeFileSync(file, JSON.stringify([{ name: "operations/a", onCancel: "fail" }, {}]));
      assert.deepEqual(operationsOf("--operations", file), [{ name: "operations/a", onCancel: "fail" }, {}]);
      writeFileSync(file, JSON.stringify([{ nam: "operations/a" }]));
      assert.throws(() => operationsOf("--operations", file), /--operations .*: an operation has no property "nam"/);
      writeFileSync(file, "{}");
      assert.throws(() => operationsOf("--operations", file), /the file must hold an array/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("reads faults as METHOD=FAULT and as JSON", () => {
    const faultsOf = (...texts: string[]) => {
      const read = readCommandLine(texts.flatMap((text) => ["--fault", text]));
      assert.ok(!read.help);
      return read.faults;
    };
    assert.deepEqual(
      faultsOf("cancel=503*3", "get=lostAnswer", "any=1500ms*1", "list=reset", '{"probability":0.5,"delay":20}'),
      [
        { method: "cancel", calls: { from: 1, to: 3 }, then: { status: 503 } },
        { method: "get", then: "lostAnswer" },
        { calls: { from: 1, to: 1 }, delay: 1500 },
        { method: "list", then: { reset: "beforeHeaders" } },
        { probability: 0.5, delay: 20 },
      ],
    );
  });

  it("explains every named fault in the usage", () => {
    for (const fault of [...namedFaults, "reset"]) assert.match(usage, new RegExp(`^  ${fault} {2}`, "m"));
  });

  it("says in the usage where a token comes from", () => {
    assert.match(usage, /--tokens .*prints one/);
    assert.match(usage, /POST \/emulator\/tokens/);
    assert.match(usage, /pulumi config set --secret cancellation:accessToken/);
  });

  it("reports an invalid argument on one line", () => {
    for (const [argv, message] of [
      [["--prot", "1"], /Unknown option '--prot'/],
      [["extra"], /extra/],
      [["--port", "70000"], /--port must be an integer from 0 to 65535, not "70000"/],
      [["--settle-after", "soon"], /--settle-after must be/],
      [["--settle-after", "-1"], /^--settle-after must be an integer from 0 to \d+, not "-1"$/],
      [["--port=-1"], /^--port must be an integer from 0 to 65535, not "-1"$/],
      [["-1"], /-1/],
      [["--version", "v1/x"], /--version must be one path segment/],
      [["--operation", "operations/a=maybe"], /KIND must be one of cancel, complete.*, not "maybe"/],
      [["--operation", "a=fail"], /must be a resource name/],
      [["--operations", "/none.json"], /--operations \/none.json: ENOENT/],
      [["--fault", "503"], /--fault 503: a fault must be METHOD=FAULT, for example cancel=503\*3/],
      [["--fault", "cansel=503"], /"cansel" isn't a method. Did you mean "cancel"\? Use one of get, list, cancel/],
      [["--fault", "cancel=lostanswer"], /"lostanswer" isn't a fault. Did you mean "lostAnswer"\? Use an HTTP status/],
      [["--fault", "cancel=200"], /"200" isn't a fault. Use an HTTP status from 400 to 599/],
      [["--fault", "cancel=503*0"], /the count after \* must be a whole number, 1 or more, not "0"/],
      [["--fault", '{"method":'], /--fault \{"method":: the fault isn't valid JSON/],
      [["--fault", '{"metod":"get"}'], /a fault has no property "metod"/],
      [["--fault", '{"method":"gett","delay":1}'], /"gett" isn't a method. Did you mean "get"\?/],
    ] as const) {
      assert.throws(
        () => readCommandLine(argv),
        (error) => error instanceof UsageError && message.test(error.message) && !error.message.includes("\n"),
      );
    }
  });
});

describe("the command operations-emulator", () => {
  const start = (...argv: string[]) =>
    spawn(process.execPath, ["--require", "tsx/cjs", join(__dirname, "../../provider/emulator/command.ts"), ...argv], {
      stdio: ["ignore", "pipe", "pipe"],
    });

  it("serves until SIGTERM, and prints a line for each request", async () => {
    const child = start("--port", "0", "--operation", "operations/a=ignore");
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    while (!output.includes("\n")) await once(child.stdout, "data");
    const emulator = { endpoint: output.trim() } as Emulator;
    assert.equal((await call(emulator, "GET", "/v1/operations/a")).status, 200);
    const added = await call(emulator, "POST", "/emulator/operations", { body: '{"name":"operations/b"}' });
    assert.deepEqual(added.json, { name: "operations/b" });
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "close"), [0, null]);
    const [, ...lines] = output.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => line.slice(line.indexOf(" ") + 1)),
      ["GET /v1/operations/a 200", "POST /emulator/operations 200"],
    );
  }).timeout(20_000);

  it("makes calls fail, and prints a token that it accepts when tokens are required", async () => {
    const child = start("--port", "0", "--operation", "operations/a", "--tokens", "--fault", "get=503*1");
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    while (!/access token: \S+\n/.test(output)) await once(child.stdout, "data");
    const [endpoint = "", token = ""] = output.trim().split("\naccess token: ");
    const get = async (headers: Record<string, string>) =>
      (await call({ endpoint } as Emulator, "GET", "/v1/operations/a", { headers })).status;
    const headers = { authorization: `Bearer ${token}` };
    assert.deepEqual([await get(headers), await get(headers), await get({})], [503, 200, 401]);
    child.kill("SIGTERM");
    await once(child, "close");
  }).timeout(20_000);

  it("exits with code 2 and prints one line when an argument is invalid", async () => {
    const child = start("--operation", "operations/a=maybe");
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
    assert.deepEqual(await once(child, "close"), [2, null]);
    assert.match(errors, /^operations-emulator: --operation operations\/a=maybe: .*\n$/);
  }).timeout(20_000);
});

describe("POST /emulator/operations", () => {
  const emulators = new Emulators(startEmulator);
  afterEach(emulators.stop);
  const path = "/emulator/operations";
  const body = '{"name":"operations/b"}';

  it("returns the name of the new operation, or an error", async () => {
    const emulator = await emulators.start({ admin: true });
    assert.match(((await call(emulator, "POST", path)).json as { name: string }).name, /^operations\//);
    assert.equal((await call(emulator, "POST", path, { body })).status, 200);
    assert.match((await call(emulator, "POST", path, { body })).text, /operation \\"operations\/b\\" already exists/);
    assert.equal((await call(emulator, "POST", path, { body: "{" })).status, 400);
    assert.equal((await call(emulator, "POST", path, { body: "[]" })).status, 400);
  });

  it("refuses requests from web pages, and requests to other host names", async () => {
    const emulator = await emulators.start({ admin: true });
    for (const headers of [
      { origin: "http://localhost" },
      { "sec-fetch-site": "none" },
      { host: "evil.example" },
      { host: "127.0.0.1.evil.example:80" },
    ]) {
      assert.equal((await raw(emulator, path, headers, "POST", body)).status, 403, JSON.stringify(headers));
    }
    assert.equal((await raw(emulator, path, { host: "localhost:8085" }, "POST", body)).status, 200);
  });

  it("returns 404 when the option admin isn't set", async () => {
    const emulator = await emulators.start();
    assert.equal((await call(emulator, "POST", path, { body })).status, 404);
  });
});

describe("/emulator/faults", () => {
  const emulators = new Emulators(startEmulator);
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await emulators.start({ admin: true, operations: [{ name: "operations/a" }] });
  });
  afterEach(emulators.stop);
  const path = "/emulator/faults";
  const get = async () => (await call(emulator, "GET", "/v1/operations/a")).status;
  const add = (body: string) => call(emulator, "POST", path, { body });

  it("adds the fault in the body of a POST, as JSON or in short, and returns it", async () => {
    const added = await add('{"method":"get","calls":1,"then":{"status":500}}');
    const rule = { method: "get", calls: 1, then: { status: 500 } };
    assert.deepEqual([added.status, added.json], [200, { id: 1, rule, hits: 0 }]);
    await add("get=503*2");
    assert.deepEqual([await get(), await get(), await get()], [500, 503, 200]);
  });

  it("lists the faults with the number of calls that each applied to", async () => {
    await add("get=503*1");
    emulator.fault({ name: /^operations/, delay: 1 });
    await get();
    assert.deepEqual((await call(emulator, "GET", path)).json, {
      faults: [
        { id: 1, rule: { method: "get", calls: { from: 1, to: 1 }, then: { status: 503 } }, hits: 1 },
        { id: 2, rule: { name: "/^operations/", delay: 1 }, hits: 1 },
      ],
    });
  });

  it("removes one fault or all faults with DELETE", async () => {
    for (const fault of ["get=500", "get=503", "get=504"]) await add(fault);
    assert.equal(await get(), 500);
    assert.deepEqual((await call(emulator, "DELETE", `${path}/1`)).json, {});
    assert.equal(await get(), 503);
    assert.equal((await call(emulator, "DELETE", `${path}/1`)).status, 404);
    assert.deepEqual((await call(emulator, "DELETE", path)).json, {});
    assert.equal(await get(), 200);
    assert.deepEqual((await call(emulator, "GET", path)).json, { faults: [] });
  });

  it("refuses an invalid fault, and says what is wrong", async () => {
    for (const [body, message] of [
      ["", /a fault must be METHOD=FAULT/],
      ["cansel=503", /"cansel" isn't a method/],
      ['{"then":{"status":"503"}}', /"status" of "then" of a fault must be an HTTP status/],
    ] as const) {
      const response = await add(body);
      assert.equal(response.status, 400);
      assert.match(errorOf(response).message, message);
    }
    assert.equal(await get(), 200);
  });

  it("refuses requests from web pages", async () => {
    for (const method of ["GET", "POST", "DELETE"]) {
      assert.equal((await raw(emulator, path, { origin: "http://localhost" }, method)).status, 403, method);
    }
  });
});

describe("POST /emulator/tokens", () => {
  const emulators = new Emulators(startEmulator);
  afterEach(emulators.stop);

  it("issues a token that the emulator accepts", async () => {
    const emulator = await emulators.start({ admin: true, tokens: "required", operations: [{ name: "operations/a" }] });
    const { token } = (await call(emulator, "POST", "/emulator/tokens")).json as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    assert.equal((await call(emulator, "GET", "/v1/operations/a", { headers })).status, 200);
  });
});
