import { randomBytes } from "node:crypto";
import { ActiveFaults, type FaultHandle } from "./activeFaults";
import { adminService } from "./adminService";
import { RecordedCalls, type CallLog } from "./callLog";
import type { FaultRule } from "./faults";
import { type OperationSnapshot, type OperationSpec, type SettledOutcome } from "./operation";
import { OperationsService } from "./operationsService";
import { OperationStore } from "./operationStore";
import type { EmulatorOptions } from "./options";
import { startServer } from "./server";
import { bearerToken, type ReceivedRequest, type Service, unauthenticated } from "./service";

/** A running emulator. */
export interface Emulator {
  /** The address, for example `http://127.0.0.1:43187`. */
  readonly endpoint: string;
  /** Every request received. */
  readonly calls: CallLog;
  /**
   * Adds an operation at the end of its collection.
   *
   * @returns the operation's name
   * @throws Error when the spec is invalid or the name is taken
   */
  add(spec?: OperationSpec): string;
  /**
   * Ends an operation now, independently of its spec.
   *
   * @throws Error when the operation is already done, or doesn't exist
   */
  settle(name: string, outcome: SettledOutcome): void;
  /**
   * Makes all further calls for an operation return NOT_FOUND.
   *
   * @throws Error when the operation doesn't exist
   */
  expire(name: string): void;
  /** Returns an operation's state, also after it expired; `undefined` when it was never added. */
  operation(name: string): OperationSnapshot | undefined;
  /** Returns a new access token, which the option `tokens: "required"` accepts until it is revoked. */
  issueToken(): string;
  /** Makes the emulator refuse a token from now on, as if it had expired. */
  revokeToken(token: string): void;
  /**
   * Adds a rule by which calls go wrong.
   *
   * @throws Error when the rule is invalid
   */
  fault(rule: FaultRule): FaultHandle;
  /** Stops the server and closes its connections. Can be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a server with `google.longrunning.Operations` over REST on 127.0.0.1.
 *
 * @example
 * const emulator = await startEmulator({ operations: [{ name: "operations/AbC", settleAfter: 2000 }] });
 *
 * @throws Error when an operation's spec or a fault is invalid, and Node.js's error (EADDRINUSE) when the port is taken
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { now = Date.now, seed = 1 } = options;
  const store = new OperationStore(now, seededRandom(seed));
  for (const spec of options.operations ?? []) store.add(spec);
  const tokens = new Set<string>();
  const issueToken = () => {
    // Not from the seed: an emulator must not accept another one's tokens.
    const token = `ya29.emulated-${randomBytes(24).toString("base64url")}`;
    tokens.add(token);
    return token;
  };
  const authorize = (request: ReceivedRequest) => {
    if (options.tokens !== "required") return undefined;
    if (!tokens.has(bearerToken(request.headers) ?? "")) return unauthenticated();
    return options.authorize?.(request);
  };
  const calls = new RecordedCalls(options.log ?? "full");
  const faults = new ActiveFaults(seededRandom(seed + 1));
  for (const rule of options.faults ?? []) faults.add(rule);
  const services: Service[] = [
    ...(options.admin === true ? [adminService({ store, faults, issueToken })] : []),
    ...(options.services ?? []),
    new OperationsService(store, options, now, authorize).route,
  ];
  const server = await startServer(options.port ?? 0, { services, calls, faults, now, onCall: options.onCall });
  const get = (name: string) => {
    const operation = store.get(name);
    if (operation === undefined) throw new Error(`operation "${name}" doesn't exist`);
    return operation;
  };
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    calls,
    add: (spec = {}) => store.add(spec).name,
    settle: (name, outcome) => {
      get(name).settle(outcome, now());
    },
    expire: (name) => {
      get(name).remove(now());
    },
    operation: (name) => store.get(name)?.snapshot(now()),
    issueToken,
    revokeToken: (token) => {
      tokens.delete(token);
    },
    fault: (rule) => faults.add(rule),
    stop: async () => {
      await server.stop();
      calls.close();
    },
  };
}

/** Returns a generator of numbers from 0 up to but not including 1, reproducible by its seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
