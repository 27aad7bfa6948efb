import { readFileSync } from "node:fs";
import { startProvider } from "../../test/engines/providerProcess";
import { readProject } from "../../test/engines/standIn/project";
import { dynamicPackage } from "../../test/engines/standIn/providerHost";
import { type EmulatorProcess, operationNames, withEmulator, withEmulators } from "../emulator";
import { type ProgramName, withProject } from "../engine/project";
import { spread } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { monotonic } from "../processes";
import { interleaved, median, spreadOf } from "../samples";

/** The number of creates in one host. The first one is cold, and the second half is warm. */
const creates = 60;

type ProviderName = Extract<ProgramName, "product" | "floor" | "plugin" | "pluginFloor">;

/** How a provider's process is started and told to create a resource. */
interface Provider {
  readonly name: string;
  readonly packageName: string;
  readonly type: string;
  readonly args: (endpoint: string) => Readonly<Record<string, string>>;
  readonly inputs: (endpoint: string) => Readonly<Record<string, string>>;
}

/** The inputs of a dynamic resource include the source of its provider, as Pulumi stores it. */
const providers: Readonly<Record<ProviderName, Provider>> = {
  product: {
    name: "dynamic provider",
    packageName: dynamicPackage,
    type: "pulumi-nodejs:dynamic/bench:Cancellation",
    args: (endpoint) => ({ "cancellation:endpoint": endpoint }),
    inputs: () => ({ __provider: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request' }),
  },
  floor: {
    name: "the floor of dynamic providers",
    packageName: dynamicPackage,
    type: "pulumi-nodejs:dynamic/bench:Cancellation",
    args: () => ({}),
    inputs: (endpoint) => ({ endpoint, __provider: 'exports.handler=()=>require(process.cwd()+"/provider")' }),
  },
  plugin: {
    name: "plugin",
    packageName: "cancellation",
    type: "cancellation:index:CancellationRequest",
    args: (endpoint) => ({ endpoint }),
    inputs: () => ({}),
  },
  pluginFloor: {
    name: "the floor of plugins",
    packageName: "floor",
    type: "floor:index:Cancellation",
    args: (endpoint) => ({ endpoint }),
    inputs: () => ({}),
  },
};
const names = Object.keys(providers) as ProviderName[];
const states = ["cold", "warm"] as const;

interface Sample {
  /** In milliseconds. */
  readonly cold: number;
  /** In milliseconds. */
  readonly warm: number;
  /** The process's peak memory, in megabytes. Not a number on systems other than Linux. */
  readonly megabytes: number;
}

/**
 * Measures the time from the `create` request to a provider's process until the cancel call reaches the server, and the
 * memory of that process.
 */
export const latency: Measurement = {
  name: "latency",
  async run({ rounds, log }: Plan): Promise<Findings> {
    const runs = 2 * rounds;
    log(`latency: ${runs} processes, ${creates} creates in each`);
    const samples = await withEmulators((emulators) =>
      interleaved(runs, {
        product: () => measure(emulators, "product"),
        floor: () => measure(emulators, "floor"),
        plugin: () => measure(emulators, "plugin"),
        pluginFloor: () => measure(emulators, "pluginFloor"),
      }),
    );
    const spreads = (name: ProviderName, figure: keyof Sample) =>
      spreadOf(samples[name].map((sample) => sample[figure]));
    const warm = spreads("plugin", "warm");
    return {
      tables: [
        {
          title: "Milliseconds from `create` to the cancel call at the server, and memory of the provider's process",
          columns: ["", "cold", "warm", "peak memory (MB)"],
          rows: names.map((name) => [
            providers[name].name,
            ...(["cold", "warm", "megabytes"] as const).map((figure) => spread(spreads(name, figure))),
          ]),
        },
      ],
      charts: [
        {
          kind: "bars",
          name: "latency",
          title: "Time from create to the cancel call at the server (lower is better)",
          unit: "milliseconds",
          groups: [...states],
          series: names.map((name) => ({
            name: providers[name].name,
            values: states.map((state) => spreads(name, state)),
          })),
        },
      ],
      goals: [
        {
          title: "time from `create` to the cancel call at the server, in a warm plugin",
          figure: warm.median,
          spread: warm,
          unit: "ms",
          bound: { atMost: 2 },
        },
      ],
      samples: Object.fromEntries(
        names.flatMap((name) =>
          (["cold", "warm", "megabytes"] as const).map((figure) => [
            `${providers[name].name}, ${figure}`,
            samples[name].map((sample) => sample[figure]),
          ]),
        ),
      ),
    };
  },
};

function measure(emulators: EmulatorProcess, name: ProviderName): Promise<Sample> {
  return withEmulator(emulators, { operations: creates, keepCalls: true }, async ({ endpoint }) => {
    const operations = operationNames(creates);
    const { sent, megabytes } = await createAll(name, endpoint, operations);
    const received = await emulators.call("cancelTimes", endpoint);
    const times = operations.map((operation) => (received[operation] ?? NaN) - (sent[operation] ?? NaN));
    return { cold: times[0] ?? NaN, warm: median(times.slice(creates / 2)), megabytes };
  });
}

/**
 * Creates a resource for each operation in a provider's process, one after the other, as the engine does. Returns when
 * each `create` request was sent, by operation name, on the clock that processes share.
 */
function createAll(
  name: ProviderName,
  endpoint: string,
  operations: readonly string[],
): Promise<{ readonly sent: Readonly<Record<string, number>>; readonly megabytes: number }> {
  const { packageName, type, args, inputs } = providers[name];
  return withProject(name, async (directory) => {
    const host = await startProvider(packageName, {
      project: readProject(directory),
      environment: {},
      args: args(endpoint),
      onLine: () => undefined,
    });
    try {
      const sent: Record<string, number> = {};
      for (const operation of operations) {
        const urn = `urn:pulumi:bench::bench::${type}::${operation}`;
        const checked = await host.check(urn, {}, { operation, ...inputs(endpoint) });
        sent[operation] = monotonic();
        await host.create(urn, checked.inputs);
      }
      return { sent, megabytes: peakMemory(host.pid) };
    } finally {
      await host.stop();
    }
  });
}

/** Returns the peak memory of a process in megabytes, as Linux counts it. */
function peakMemory(pid: number | undefined): number {
  if (process.platform !== "linux" || pid === undefined) return NaN;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
