import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Random } from "./random";

export type End = "cancelled" | "succeeded" | "failed";

/** An operation in the service's own record. */
export interface ModelOperation {
  readonly name: string;
  /** The effect of a cancel that the service carries out. */
  readonly onCancel: End | "ignore" | "unimplemented" | "refuse";
  end?: End;
  expired: boolean;
  /** Whether the service carried out a cancel, regardless of its response. */
  cancelled: boolean;
  /** Whether the client received the acknowledgement of a cancel. */
  acknowledged: boolean;
}

/** How often the calls of a history fail, from 0 to 1. */
export interface FaultRates {
  /** Of all calls: a transient 503, or a response that is lost after the service carried out the call. */
  passing: number;
  /** Of listings: 403. */
  refusedListing: number;
  /** Of cancels: 403. */
  refusedCancel: number;
  /** Of calls: another operation starts at that moment. */
  start: number;
  /** Of calls: an operation ends by itself at that moment. */
  end: number;
  /** Of calls: the response takes up to {@link maxDelay}, which may be longer than a step has. */
  delay: number;
}

/** In milliseconds. */
const maxDelay = 150;

export const noFaults: FaultRates = { passing: 0, refusedListing: 0, refusedCancel: 0, start: 0, end: 0, delay: 0 };

/**
 * A simple service with `get`, `list` and `cancel`. Each listing has another order, in pages of two. It keeps the true
 * state of the operations, which a sweep's state is compared with.
 */
export class ModelService {
  readonly operations = new Map<string, ModelOperation>();
  /** Called when a call arrives, with the number of calls so far. */
  onCall: (calls: number) => void = () => undefined;
  /** Called before the service responds to a cancel. */
  onCancel: (name: string) => void = () => undefined;
  faults: FaultRates = noFaults;
  calls = 0;
  /** The operations that the last listing could show, and those that had started when the last cancel arrived. */
  shown: readonly ModelOperation[] = [];
  private started = 0;
  private readonly snapshots = new Map<string, string[]>();
  private readonly server = createServer((request, response) => {
    request.resume();
    this.onCall(++this.calls);
    const answer = () => {
      this.answer(request.method ?? "", new URL(request.url ?? "", "http://service"), response);
    };
    if (this.random.chance(this.faults.delay)) setTimeout(answer, this.random.next() * maxDelay);
    else answer();
  });

  constructor(private readonly random: Random) {}

  async begin(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  start(): ModelOperation {
    const name = `operations/${this.random.pick(["a", "b"])}-${++this.started}`;
    const onCancel = this.random.pick(["cancelled", "cancelled", "succeeded", "failed", "ignore", "ignore"] as const);
    const operation = { name, onCancel, expired: false, cancelled: false, acknowledged: false };
    this.operations.set(name, operation);
    return operation;
  }

  running(): ModelOperation[] {
    return [...this.operations.values()].filter(({ end, expired }) => end === undefined && !expired);
  }

  endOne(): void {
    const running = this.running();
    if (running.length > 0)
      this.random.pick(running).end = this.random.pick(["cancelled", "succeeded", "failed"] as const);
  }

  expireOne(): void {
    const done = [...this.operations.values()].filter(({ end }) => end !== undefined);
    if (done.length > 0) this.random.pick(done).expired = true;
  }

  private answer(verb: string, url: URL, response: ServerResponse): void {
    const { random, faults } = this;
    if (random.chance(faults.start)) this.start();
    if (random.chance(faults.end)) this.endOne();
    if (random.chance(faults.passing)) {
      error(response, 503, "UNAVAILABLE");
      return;
    }
    const isLost = random.chance(faults.passing);
    const path = decodeURIComponent(url.pathname.replace(/^\/v1\//, ""));
    if (verb === "POST") this.cancel(path.replace(/:cancel$/, ""), response, isLost);
    else if (isLost) response.destroy();
    else if (path === "operations") this.list(url.searchParams.get("pageToken") ?? "", response);
    else this.get(path, response);
  }

  private cancel(name: string, response: ServerResponse, isLost: boolean): void {
    this.onCancel(name);
    this.shown = [...this.operations.values()];
    const operation = this.operations.get(name);
    if (!operation || operation.expired) error(response, 404, "NOT_FOUND");
    else if (this.random.chance(this.faults.refusedCancel)) error(response, 403, "PERMISSION_DENIED");
    else if (operation.onCancel === "unimplemented") error(response, 501, "UNIMPLEMENTED");
    else if (operation.end !== undefined || operation.onCancel === "refuse")
      error(response, 400, "FAILED_PRECONDITION");
    else {
      operation.cancelled = true;
      if (operation.onCancel !== "ignore") operation.end = operation.onCancel;
      // A client that has given up closes the connection.
      operation.acknowledged ||= !isLost && !response.destroyed;
      if (isLost) response.destroy();
      else json(response, 200, {});
    }
  }

  private get(name: string, response: ServerResponse): void {
    const operation = this.operations.get(name);
    if (!operation || operation.expired) error(response, 404, "NOT_FOUND");
    else json(response, 200, bodyOf(operation));
  }

  private list(token: string, response: ServerResponse): void {
    if (this.random.chance(this.faults.refusedListing)) {
      error(response, 403, "PERMISSION_DENIED");
      return;
    }
    let [listing = "", start = "0"] = token.split(" ");
    if (token === "") {
      listing = String(this.snapshots.size);
      start = "0";
      this.shown = [...this.operations.values()];
      this.snapshots.set(listing, this.random.shuffled([...this.operations.keys()]));
    }
    const names = this.snapshots.get(listing) ?? [];
    const end = Number(start) + 2;
    const page = names.slice(Number(start), end).map((name) => this.operations.get(name));
    json(response, 200, {
      operations: page.filter((operation) => operation?.expired === false).map((operation) => bodyOf(operation)),
      ...(end < names.length ? { nextPageToken: `${listing} ${end}` } : {}),
    });
  }
}

const codes = { cancelled: 1, failed: 13 };

function bodyOf(operation: ModelOperation | undefined): unknown {
  const { name, end } = operation ?? {};
  if (end === undefined) return { name };
  if (end === "succeeded") return { name, done: true, response: {} };
  return { name, done: true, error: { code: codes[end], message: end } };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function error(response: ServerResponse, code: number, status: string): void {
  json(response, code, { error: { code, status, message: "No." } });
}
