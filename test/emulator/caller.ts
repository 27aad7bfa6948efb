import { request as httpRequest } from "node:http";
import type { Emulator, EmulatorOptions } from "../../provider/emulator";

export interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body, or `undefined` when it isn't JSON. */
  readonly json: unknown;
}

/** Sends a request and reads the whole response. Doesn't follow redirects. */
export async function call(
  { endpoint }: Emulator,
  method: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  const response = await fetch(`${endpoint}${path}`, { method, redirect: "manual", ...options });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

/** Returns the `error` of a response in the format of AIP-193. */
export function errorOf({ json }: Response): { code: number; status: string; message: string; details?: unknown[] } {
  return (json as { error: { code: number; status: string; message: string } }).error;
}

/** Sends a request over a separate connection, and reports how it ended. Doesn't normalize `path` and `headers`. */
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

/** The emulators of a test, with a clock that the test can move. Call `stop` after each test. */
export class Emulators<Options extends EmulatorOptions, Running extends Emulator> {
  time = 1_700_000_000_000;
  private readonly started: Running[] = [];

  constructor(private readonly startOne: (options?: Options) => Promise<Running>) {}

  readonly start = async (options = {} as Options): Promise<Running> => {
    const emulator = await this.startOne({ now: () => this.time, ...options });
    this.started.push(emulator);
    return emulator;
  };

  readonly stop = async (): Promise<void> => {
    await Promise.all(this.started.splice(0).map((emulator) => emulator.stop()));
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
