import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, withGlobal } from "@sinonjs/fake-timers";
import { Credential } from "../../provider/auth/tokenCache";
import { cleanUps } from "../support/cleanUps";
import { rejection } from "../support/rejection";

const scopes = ["https://www.googleapis.com/auth/apps.order"];
const subjectToken = "the/subject+token_of==the-workload";
const clientSecret = "the-client's/secret+of-the-workload";

describe("the fetch of a token", () => {
  const { after } = cleanUps();

  async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? "");
      answer(request, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  function credential(origin: string): Credential {
    const folder = mkdtempSync(join(tmpdir(), "transport-"));
    after(() => {
      rmSync(folder, { recursive: true });
    });
    const file = join(folder, "subject-token");
    writeFileSync(file, subjectToken);
    const credentials = {
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${origin}/sts`,
      client_id: "client",
      client_secret: clientSecret,
      credential_source: { file },
    };
    return new Credential({ credentials: JSON.stringify(credentials), source: "x", delegates: [] }, scopes);
  }

  const json = (response: ServerResponse, status: number, body: unknown, text = JSON.stringify(body)) =>
    response.writeHead(status, { "content-type": "application/json" }).end(text);
  const token = (response: ServerResponse, access_token: string) =>
    json(response, 200, { access_token, token_type: "Bearer", issued_token_type: "t", expires_in: 3600 });

  for (const status of [200, 400, 503]) {
    it(`ends a response with HTTP ${status} at 1 MB, and isn't retried`, async () => {
      let written = 0;
      let closed: Promise<unknown> = Promise.resolve();
      const { origin, seen } = await serve((_request, response) => {
        closed = once(response, "close");
        response.writeHead(status, { "content-type": "application/json" });
        const chunk = Buffer.alloc(64 * 1024, " ");
        const pour = () => {
          do written += chunk.length;
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", pour);
        pour();
      });
      const error = await rejection<Error & { transient: boolean }>(credential(origin).headers());
      assert.match(error.message, /the response from http:\/\/127\.0\.0\.1:\d+ is larger than 1 MB/);
      assert.equal(error.transient, false);
      await closed;
      assert.ok(written < 32 * 1024 * 1024, String(written));
      assert.deepEqual(seen, ["/sts"]);
    });
  }

  describe("the fetch of a token that takes too long", () => {
    let clock: Clock;
    beforeEach(() => {
      clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      clock.uninstall();
    });

    for (const [what, begin] of [
      ["never responds", () => undefined],
      ["never ends its response", (response: ServerResponse) => response.writeHead(200).write("{")],
    ] as const) {
      it(`ends after 20 s with its connection when the server ${what}`, async () => {
        const events = new EventEmitter();
        const { origin } = await serve((_request, response) => {
          begin(response);
          response.once("close", () => events.emit("closed"));
          events.emit("arrived");
        });
        const arrived = once(events, "arrived");
        const closed = once(events, "closed");
        const failed = rejection(credential(origin).headers());
        await arrived;
        clock.tick(20_000);
        assert.match((await failed).message, /no response within 20\.0 s/);
        await closed;
      });
    }
  });

  it("doesn't follow a redirect, which would send secrets to another server", async () => {
    const other = await serve((_request, response) => token(response, "ya29.of-another-server"));
    const { origin } = await serve((_request, response) =>
      response.writeHead(307, { location: `${other.origin}/sts` }).end(),
    );
    assert.match((await rejection(credential(origin).headers())).message, /HTTP 307/);
    assert.deepEqual(other.seen, []);
  });

  for (const [what, text, told] of [
    ["a line break", "ya29.first\r\nx-injected: 1", /has spaces, control characters/],
    ["a NUL", "ya29.first\u0000second", /has spaces, control characters/],
    ["a letter that isn't ASCII", "ya29.f\u00efrst", /has spaces, control characters/],
    ["20,000 characters", "y".repeat(20_000), /has 20000 characters, more than the 16384/],
  ] as const) {
    it(`refuses a token with ${what}, and doesn't quote the token`, async () => {
      const { origin } = await serve((_request, response) => token(response, text));
      const error = await rejection<Error & { transient: boolean }>(credential(origin).headers());
      assert.match(error.message, told);
      assert.equal(error.transient, false);
      assert.doesNotMatch(`${error.message}${error.stack ?? ""}`, /ya29|yyyy/);
    });
  }

  it("accepts a token of 16 KB", async () => {
    const { origin } = await serve((_request, response) => token(response, "y".repeat(16 * 1024)));
    assert.equal((await credential(origin).headers())["authorization"]?.length, 16 * 1024 + 7);
  });

  describe("the error of a failed token fetch", () => {
    const escape = (text: string) =>
      Array.from(text)
        .map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .join("");
    for (const [what, encode] of [
      ["unchanged", (text: string) => text],
      ["percent-encoded", encodeURIComponent],
      ["in base64", (text: string) => Buffer.from(`: ${text}`).toString("base64")],
      ["as JSON within JSON", (text: string) => JSON.stringify({ text: escape(text) })],
    ] as const) {
      it(`redacts the secrets that the server repeats ${what}`, async () => {
        const repeated = [subjectToken, clientSecret].map(encode);
        const { origin } = await serve((_request, response) =>
          json(response, 400, { error: "invalid_grant", error_description: `No: ${repeated.join(" and ")}` }),
        );
        const { message } = await rejection(credential(origin).headers());
        assert.match(message, /invalid_grant: No: .*\[hidden\]/);
        for (const secret of [...repeated, subjectToken, clientSecret]) assert.ok(!message.includes(secret), message);
      });
    }

    it("redacts a secret that the truncation of a long message would cut in two", async () => {
      const { origin } = await serve((_request, response) =>
        json(response, 400, { error: "invalid_grant", error_description: `${"x".repeat(470)} ${subjectToken}` }),
      );
      assert.doesNotMatch((await rejection(credential(origin).headers())).message, /the\/sub/);
    });
  });
});
