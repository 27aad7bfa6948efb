import assert from "node:assert/strict";
import { startEmulator } from "../../provider/emulator";
import { call, Emulators } from "./caller";

const name = "operations/AbC";

describe("the call log", () => {
  const emulators = new Emulators(startEmulator);
  const { start } = emulators;
  afterEach(emulators.stop);

  it("records each request as sent, and the status of the response", async () => {
    const emulator = await start({ operations: [{ name }] });
    const time = emulators.time;
    await call(emulator, "POST", "/v1/operations/%41bC:cancel", { headers: { "x-goog-user-project": "p" }, body: "é" });
    const [logged, ...others] = emulator.calls.all();
    assert.equal(others.length, 0);
    assert.ok(logged);
    const { method, verb, url, status, bodyLength, body, headers } = logged;
    assert.deepEqual(
      { method, name: logged.name, time: logged.time, verb, url, status, bodyLength, body },
      {
        method: "cancel",
        name,
        time,
        verb: "POST",
        url: "/v1/operations/%41bC:cancel",
        status: 400,
        bodyLength: 2,
        body: "é",
      },
    );
    assert.equal(headers["x-goog-user-project"], "p");
  });

  for (const log of ["full", "counts"] as const) {
    it(`counts calls by method and name with log: "${log}"`, async () => {
      const emulator = await start({ operations: [{ name }], log });
      await call(emulator, "GET", `/v1/${name}`);
      await call(emulator, "GET", "/v1/operations/none");
      await call(emulator, "POST", `/v1/${name}:cancel`);
      const { calls } = emulator;
      assert.deepEqual(
        [
          calls.count(),
          calls.count("get"),
          calls.count("get", name),
          calls.count(undefined, name),
          calls.count("list"),
        ],
        [3, 2, 1, 2, 0],
      );
      calls.clear();
      assert.equal(calls.count(), 0);
    });
  }

  it("selects calls, and returns the last one", async () => {
    const emulator = await start({ operations: [{ name }] });
    await call(emulator, "GET", `/v1/${name}`);
    await call(emulator, "GET", "/v1/operations");
    assert.equal(emulator.calls.all({ method: "list" }).length, 1);
    assert.equal(emulator.calls.last({ name })?.method, "get");
    assert.equal(emulator.calls.last()?.method, "list");
  });

  it('throws when a test reads the calls with log: "counts", which keeps no calls', async () => {
    const emulator = await start({ log: "counts" });
    assert.throws(() => emulator.calls.all(), /the emulator keeps no calls with the option log: "counts"/);
  });

  it("resolves received() when the calls arrive, and rejects it when the emulator stops", async () => {
    const emulator = await start();
    const twice = emulator.calls.received({ method: "list" }, 2);
    const never = emulator.calls.received({ method: "cancel" });
    await call(emulator, "GET", "/v1/operations");
    await call(emulator, "GET", "/v1/operations");
    await twice;
    await emulator.calls.received({ method: "list" });
    await Promise.all([emulator.stop(), assert.rejects(never, /stopped before/)]);
  });

  it("calls the listener onCall after each response", async () => {
    const statuses: (number | undefined)[] = [];
    const emulator = await start({ onCall: ({ status }) => statuses.push(status) });
    await call(emulator, "GET", "/v1/operations");
    await call(emulator, "GET", "/v1/operations/none");
    assert.deepEqual(statuses, [200, 404]);
  });
});
