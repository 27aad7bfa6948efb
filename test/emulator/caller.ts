import { request as httpRequest } from "node:http";
import { startEmulator, type Emulator, type EmulatorOptions } from "../../provider/emulator";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body, read as JSON; `undefined` where it is none. */
  readonly json: unknown;
}

/** Makes a request and reads its answer to the end; redirects are not followed. */
export async function call(
  { endpoint }: Emulator,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answered> {
  const response = await fetch(`${endpoint}${path}`, { method, redirect: "manual", ...options });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

/** The `error` of an answer in the form of AIP-193. */
export function errorOf({ json }: Answered): { code: number; status: string; message: string; details?: unknown[] } {
  return (json as { error: { code: number; status: string; message: string } }).error;
}

/** Makes a request over a connection of its own, and reports how it ended; `headers` are sent as they are. */
export function raw(
  { endpoint }: Emulator,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
): Promise<{ status?: number; text: string; error?: string }> {
  return new Promise((resolve) => {
    let status: number | undefined;
    let text = "";
    const end = (error?: Error) => {
      resolve({
        ...(status !== undefined && { status }),
        text,
        ...(error && { error: (error as NodeJS.ErrnoException).code ?? "" }),
      });
    };
    const request = httpRequest(`${endpoint}${path}`, { headers, method, agent: false }, (response) => {
      status = response.statusCode;
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        end();
      });
      response.on("error", end);
    });
    request.on("error", end);
    request.end(body);
  });
}

/** Emulators of one test, with a clock that the test moves; `stop` after each. */
export class Emulators {
  time = 1_700_000_000_000;
  private started: Emulator[] = [];

  readonly start = async (options: EmulatorOptions = {}): Promise<Emulator> => {
    const emulator = await startEmulator({ now: () => this.time, ...options });
    this.started.push(emulator);
    return emulator;
  };

  readonly stop = async (): Promise<void> => {
    await Promise.all(this.started.splice(0).map((emulator) => emulator.stop()));
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
