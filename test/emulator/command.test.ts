import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommandLine, usage, UsageError } from "../../provider/emulator/command";
import { startEmulator } from "../../provider/emulator";
import { call, Emulators, raw } from "./caller";

describe("the command line of operations-emulator", () => {
  const operationsOf = (...argv: string[]) => {
    const read = readCommandLine(argv);
    assert.ok(!read.help);
    return read.operations;
  };

  it("uses defaults for all options", () => {
    assert.deepEqual(readCommandLine([]), { help: false, port: 8085, version: "v1", operations: [] });
  });

  it("reads the kind of each operation after the last equals sign", () => {
    assert.deepEqual(
      operationsOf(
        "--operation",
        "operations/a==completes",
        "--operation=operations/b=expires",
        "--settle-after",
        "500",
      ),
      [
        { name: "operations/a=", onCancel: "complete", settleAfter: 500 },
        { name: "operations/b", settleAfter: 500, expireAfter: 500 },
      ],
    );
    assert.deepEqual(operationsOf("--operation", "operations/c"), [{ name: "operations/c", settleAfter: 2000 }]);
  });

  it("explains every kind in the usage", () => {
    for (const kind of [
      "honoured",
      "completes",
      "fails",
      "ignores",
      "unsupported",
      "refuses",
      "expires",
      "succeeded",
      "failed",
      "cancelled",
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

  it("reports an invalid argument on one line", () => {
    for (const [argv, message] of [
      [["--prot", "1"], /Unknown option '--prot'/],
      [["extra"], /extra/],
      [["--port", "70000"], /--port must be an integer from 0 to 65535, not "70000"/],
      [["--settle-after", "soon"], /--settle-after must be/],
      [["--version", "v1/x"], /--version must be one path segment/],
      [["--operation", "operations/a=maybe"], /KIND must be one of honoured, completes.*, not "maybe"/],
      [["--operation", "a=fails"], /must be a resource name/],
      [["--operations", "/none.json"], /--operations \/none.json: ENOENT/],
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
    const child = start("--port", "0", "--operation", "operations/a=ignores");
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
    while (!output.includes("\n")) await once(child.stdout, "data");
    const emulator = { endpoint: output.trim() } as Parameters<typeof call>[0];
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
