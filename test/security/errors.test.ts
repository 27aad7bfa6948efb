import assert from "node:assert/strict";
import { createServer } from "node:net";
import { inspect } from "node:util";
import axios from "axios";
import { type FaultRule, startEmulator } from "../../provider/emulator";
import { Deadline } from "../../provider/common/deadline";
import { OperationsClient } from "../../provider/operations/client";
import { definite, passing } from "../reliability/faultTable";
import { providerFor } from "../reliability/resource";
import { plantCanaries } from "./canaries";

const name = "operations/AbC";
const { search } = plantCanaries("ya29.unused-in-this-file");
const token = `ya29.${"canary-of-the-errors".repeat(3)}`;
search.add({ source: "the token", value: token });

/** Returns everything that can be read from an error, including hidden properties and causes. */
function everythingOf(error: unknown): string {
  const all = { depth: Infinity, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null };
  return `${inspect(error, all)}\n${String((error as Error).stack)}\n${JSON.stringify(error)}`;
}

function expectHarmless(error: unknown, cause: string): void {
  const everything = everythingOf(error);
  assert.equal(axios.isAxiosError(error), false, cause);
  assert.doesNotMatch(everything, /AxiosError|isAxiosError/, cause);
  assert.equal(search.find(everything), undefined, cause);
}

/** Returns the error of a call under a fault, or `undefined` when the call succeeds. */
async function errorsUnder(rule: FaultRule, call: (endpoint: string) => Promise<unknown>): Promise<unknown> {
  const emulator = await startEmulator({ operations: [{ name }] });
  emulator.fault(rule);
  try {
    return await call(emulator.endpoint).then(
      () => undefined,
      (error: unknown) => error,
    );
  } finally {
    await emulator.stop();
  }
}

const headers = () => Promise.resolve({ authorization: `Bearer ${token}` });
const clientOf = (endpoint: string) => new OperationsClient({ endpoint, version: "v1", headers });

/** Every fault of the table, and two more. */
const faults: readonly { readonly label: string; readonly rule: FaultRule }[] = [
  ...passing,
  ...definite,
  { label: "a redirect", rule: { then: { redirect: "https://elsewhere.example.com/" } } },
  { label: "no answer", rule: { then: "noAnswer" } },
];

describe("an error", () => {
  it("contains the token when it comes directly from axios, which shows that the search works", async () => {
    const error = await errorsUnder({ then: "lostAnswer" }, async (endpoint) =>
      axios.get(`${endpoint}/v1/${name}`, { headers: await headers() }),
    );
    assert.ok(axios.isAxiosError(error));
    assert.equal(search.find(everythingOf(error))?.source, "the token");
  });

  it("isn't an axios error, and contains no token, when the client throws it under any fault", async () => {
    let failures = 0;
    await Promise.all(
      faults.flatMap(({ label, rule }) =>
        (["cancel", "get"] as const).map(async (method) => {
          const error = await errorsUnder(rule, (endpoint) => clientOf(endpoint)[method](name, Deadline.after(500)));
          if (error === undefined) return;
          failures++;
          expectHarmless(error, `${label} of a ${method}`);
        }),
      ),
    );
    assert.ok(failures > faults.length, String(failures));
  }).timeout(60_000);

  for (const [title, endpoint, authorization] of [
    ["a refused connection", "http://127.0.0.1:9", `Bearer ${token}`],
    ["a name that doesn't resolve", "http://canary.invalid", `Bearer ${token}`],
    ["an invalid port", "http://127.0.0.1:99999", `Bearer ${token}`],
    ["a header that can't be sent", "http://127.0.0.1:9", `Bearer ${token}\r\nx: \u0000`],
  ] as const) {
    it(`contains no token when the client throws it for ${title}`, async () => {
      const client = new OperationsClient({
        endpoint,
        version: "v1",
        headers: () => Promise.resolve({ authorization }),
      });
      const error: unknown = await client.get(name, Deadline.after(0)).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Error);
      expectHarmless(error, title);
    });
  }

  it("contains neither the token nor the proxy's password when a proxy refuses the tunnel", async () => {
    const proxy = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        const body = "refused";
        socket.end(`HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { HTTPS_PROXY: before } = process.env;
    const address = proxy.address();
    assert.ok(typeof address === "object" && address !== null);
    const { username, password } = new URL(plantCanaries(token).environment["HTTPS_PROXY"] ?? "");
    process.env["HTTPS_PROXY"] = `http://${username}:${password}@127.0.0.1:${address.port}`;
    try {
      const call = clientOf("https://cloudchannel.googleapis.com").get(name, Deadline.after(500));
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Error);
      expectHarmless(error, error.message);
    } finally {
      if (before === undefined) delete process.env["HTTPS_PROXY"];
      else process.env["HTTPS_PROXY"] = before;
      proxy.close();
    }
  });

  it("contains no token in its message, its stack and its outputs when a step throws it", async () => {
    const __provider = "exports.handler=…";
    let failures = 0;
    await Promise.all(
      faults.map(({ label, rule }) =>
        errorsUnder(rule, async (endpoint) => {
          const provider = providerFor(endpoint, { "cancellation:accessToken": token });
          const inputs = { operation: name, customTimeouts: { create: "1s", update: "1s", delete: "1s" }, __provider };
          const recorded = { ...inputs, outcome: "cancelling", requestTime: "2024-01-01T00:00:00Z" };
          const id = `//cloudchannel.googleapis.com/${name}`;
          for (const step of [
            () => provider.create(inputs),
            () => provider.create({ ...inputs, cancelOn: "delete" }),
            () => provider.update(id, recorded, inputs),
            () => provider.delete(id, { ...inputs, cancelOn: "delete", outcome: "running" }),
          ]) {
            const ending: unknown = await step().catch((thrown: unknown) => {
              failures++;
              return thrown;
            });
            expectHarmless(ending, label);
          }
        }).then((error) => {
          assert.equal(error, undefined);
        }),
      ),
    );
    assert.ok(failures > 2 * faults.length, String(failures));
  }).timeout(60_000);

  for (const [title, then] of [
    ["in an error's message", { status: 400, message: `no good: Bearer ${token}` }],
    ["percent-encoded", { status: 403, message: `?access_token=${encodeURIComponent(token)}` }],
    ["in an invalid response", { status: 400, body: { text: `you sent ${token}` } }],
    ["in a response", { body: { json: { name, done: true, response: { authorization: `Bearer ${token}` } } } }],
    ["in a proxy's response", { status: 407, body: { text: `Proxy-Authorization: Basic ${token}` } }],
  ] as const) {
    it(`a create, failed or not, shows no token that the service repeats ${title}`, async () => {
      const emulator = await startEmulator({ operations: [{ name }] });
      emulator.fault({ method: "get", then });
      try {
        const provider = providerFor(emulator.endpoint, { "cancellation:accessToken": token });
        const inputs = { operation: name, customTimeouts: { create: "1s" }, __provider: "exports.handler=…" };
        expectHarmless(await provider.create(inputs).catch((thrown: unknown) => thrown), title);
      } finally {
        await emulator.stop();
      }
    });
  }
});
