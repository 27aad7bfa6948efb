import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came over the wire. */
export interface Received {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** What is answered, or how; a response that is never ended is cut off by `stop`. */
export type Canned =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | ((request: Received, response: ServerResponse) => void);

/** An HTTP server that gives the answers it was started with, one after the other, and then the last one again. */
export async function startServer(...answers: Canned[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", httpVersion, headers, rawHeaders } = request;
      const arrived: Received = {
        line: `${method} ${url} HTTP/${httpVersion}`,
        headers,
        rawHeaders,
        body: Buffer.concat(chunks).toString(),
      };
      received.push(arrived);
      const answer = answers[Math.min(received.length, answers.length) - 1];
      if (answer === undefined) return;
      if (typeof answer === "function") {
        answer(arrived, response);
        return;
      }
      const { status = 200, headers: sent = {}, json, text } = answer;
      response.writeHead(status, { "content-type": "application/json", ...sent });
      response.end(text ?? JSON.stringify(json ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

export type Server = Awaited<ReturnType<typeof startServer>>;

/** The body of an error (AIP-193). */
export function rpc(code: number, status: string, message = "No.", details?: unknown[]) {
  return { status: code, json: { error: { code, status, message, ...(details && { details }) } } };
}

/** Stops whatever was started, after each test. */
export function cleanUps() {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  return {
    /** Stops `what` after the test. */
    stopping: <T extends { stop: () => unknown }>(what: T): T => {
      stops.push(() => what.stop());
      return what;
    },
    /** Does `undo` after the test. */
    after: (undo: () => unknown): void => {
      stops.push(undo);
    },
  };
}

/** Takes the chance out of back-off and jitter: between two tries of a call there is no pause then. */
export function withoutChance(): void {
  const { random } = Math;
  beforeEach(() => {
    Math.random = () => 0;
  });
  afterEach(() => {
    Math.random = random;
  });
}

/** What `promise` was rejected with. */
export async function rejection<T extends Error = Error>(promise: Promise<unknown>): Promise<T> {
  const outcome = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error: error as T }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`there was no rejection, but ${JSON.stringify(outcome.value)}`);
}
