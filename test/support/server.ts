import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A port at which nothing listens. A port that was free a moment ago can be another process's by now. */
export const closedPort = 1;

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
