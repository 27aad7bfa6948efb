import { startDynamicHost } from "../../test/engines/dynamicHost";
import { readProject } from "../../test/engines/standIn/project";
import { type EmulatorProcess, operationNames, withEmulator, withEmulators } from "../emulator";
import { withProject } from "../engine/project";
import { spread } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { monotonic } from "../processes";
import { interleaved, median, spreadOf } from "../samples";

/** The number of creates in one host. The first one is cold, and the second half is warm. */
const creates = 60;

type ProviderName = "product" | "floor";

const names: Readonly<Record<ProviderName, string>> = { product: "CancellationRequest", floor: "the floor" };
const providers = Object.keys(names) as ProviderName[];
const states = ["cold", "warm"] as const;

/** The source of each provider, as Pulumi stores it in a dynamic resource. */
const sources: Readonly<Record<ProviderName, string>> = {
  product: 'exports.handler=()=>require("pulumi-operation-cancellation/provider").request',
  floor: 'exports.handler=()=>require(process.cwd()+"/provider")',
};

/** In milliseconds. */
type Latency = Readonly<Record<(typeof states)[number], number>>;

/** Measures the time from the `create` request to Pulumi's own host until the cancel call reaches the server. */
export const latency: Measurement = {
  name: "latency",
  async run({ rounds, log }: Plan): Promise<Findings> {
    const runs = 2 * rounds;
    log(`latency: ${runs} hosts, ${creates} creates in each`);
    const samples = await withEmulators((emulators) =>
      interleaved(runs, {
        product: () => measure(emulators, "product"),
        floor: () => measure(emulators, "floor"),
      }),
    );
    const figures = Object.fromEntries(
      providers.flatMap((provider) =>
        states.map((state) => [`${names[provider]}, ${state}`, samples[provider].map((sample) => sample[state])]),
      ),
    );
    return {
      tables: [
        {
          title: "Milliseconds from `create` to the cancel call at the server",
          columns: ["", "ms"],
          rows: Object.entries(figures).map(([name, times]) => [name, spread(spreadOf(times))]),
        },
      ],
      charts: [
        {
          kind: "bars",
          name: "latency",
          title: "Time from create to the cancel call at the server (lower is better)",
          unit: "milliseconds",
          groups: [...states],
          series: providers.map((provider) => ({
            name: names[provider],
            values: states.map((state) => spreadOf(samples[provider].map((sample) => sample[state]))),
          })),
        },
      ],
      goals: [],
      samples: figures,
    };
  },
};

function measure(emulators: EmulatorProcess, provider: ProviderName): Promise<Latency> {
  return withEmulator(emulators, { operations: creates, keepCalls: true }, async ({ endpoint }) => {
    const operations = operationNames(creates);
    const sent = await createAll(provider, endpoint, operations);
    const received = await emulators.call("cancelTimes", endpoint);
    const times = operations.map((operation) => (received[operation] ?? NaN) - (sent[operation] ?? NaN));
    return { cold: times[0] ?? NaN, warm: median(times.slice(creates / 2)) };
  });
}

/**
 * Creates a resource for each operation in Pulumi's own host of dynamic resources, one after the other, as the engine
 * does. Returns when each `create` request was sent, by operation name, on the clock that processes share.
 */
function createAll(
  provider: ProviderName,
  endpoint: string,
  operations: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  return withProject(provider, async (directory) => {
    const host = await startDynamicHost({
      project: readProject(directory),
      environment: {},
      config: { "cancellation:endpoint": endpoint },
      onLine: () => undefined,
    });
    try {
      const sent: Record<string, number> = {};
      for (const operation of operations) {
        const urn = `urn:pulumi:bench::bench::pulumi-nodejs:dynamic/bench:Cancellation::${operation}`;
        const endpointInput = provider === "floor" ? { endpoint } : {};
        const { inputs } = await host.check(urn, {}, { operation, __provider: sources[provider], ...endpointInput });
        sent[operation] = monotonic();
        await host.create(urn, inputs);
      }
      return sent;
    } finally {
      await host.stop();
    }
  });
}
