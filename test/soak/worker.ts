/** The process that hosts the provider in a soak. It runs jobs that arrive over IPC, and sends their results. */
import { setTimeout as after } from "node:timers/promises";
import { providerFor, Resource } from "../reliability/resource";

export interface Job {
  readonly endpoint: string;
  readonly names: readonly string[];
  readonly inputs: Readonly<Record<string, unknown>>;
  /** How many steps a resource may take until it settles as declared. */
  readonly mostSteps: number;
}

export interface Fare {
  readonly name: string;
  readonly outcome?: string;
  readonly requestTime?: string;
  readonly settled: boolean;
  readonly steps: number;
  /** The message of the last step. */
  readonly message: string;
}

export interface Measure {
  /** Bytes on the heap after a collection. */
  readonly heap: number;
  /** Open TCP sockets of this process. */
  readonly sockets: number;
  /** The highest number of open sockets in any sample. */
  readonly mostSockets: number;
  readonly timers: number;
  /** Errors that no code handled. */
  readonly unhandled: readonly string[];
}

const unhandled: string[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(`unhandledRejection: ${String(reason)}`));
process.on("uncaughtException", (error) => unhandled.push(`uncaughtException: ${String(error)}`));

let mostSockets = 0;
const count = (kind: string) => process.getActiveResourcesInfo().filter((resource) => resource === kind).length;

/** Creates each resource, and repeats `up`, as a user would, until its last step is done. */
async function run({ endpoint, names, inputs, mostSteps }: Job): Promise<Fare[]> {
  const provider = providerFor(endpoint);
  const watch = setInterval(() => (mostSockets = Math.max(mostSockets, count("TCPSocketWrap"))), 10);
  const fares = await Promise.all(
    names.map(async (name) => {
      const resource = new Resource(provider, { operation: name, ...inputs });
      let ending = await resource.up();
      let steps = 1;
      for (; ending.ended !== "done" && steps < mostSteps; steps++) ending = await resource.up();
      const { outcome, requestTime } = (resource.state ?? {}) as { outcome?: string; requestTime?: string | null };
      const known = {
        ...(outcome !== undefined && { outcome }),
        ...(typeof requestTime === "string" && { requestTime }),
      };
      return { name, ...known, settled: ending.ended === "done", steps, message: ending.message };
    }),
  );
  clearInterval(watch);
  return fares;
}

async function measure(): Promise<Measure> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await after(50);
  }
  const { heapUsed: heap } = process.memoryUsage();
  return { heap, sockets: count("TCPSocketWrap"), mostSockets, timers: count("Timeout"), unhandled };
}

process.on("message", (job: Job | "measure" | "end") => {
  if (job === "end") {
    process.disconnect();
    return;
  }
  (job === "measure" ? measure() : run(job)).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      unhandled.push(String(error));
      process.send?.([]);
    },
  );
});
