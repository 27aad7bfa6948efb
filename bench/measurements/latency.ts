import { operationName, type EmulatorProcess, withEmulator, withEmulators } from "../emulator";
import { spread } from "../format";
import { createAll, type ProviderName } from "../host";
import type { Findings, Measurement, Plan } from "../measurement";
import { interleaved } from "../rounds";
import { median, spreadOf } from "../statistics";

/** Creates in one host; the first finds it cold, and the second half is the warm ones. */
const creates = 60;

const names: Readonly<Record<ProviderName, string>> = { product: "CancellationRequest", floor: "the floor" };
const providers = Object.keys(names) as ProviderName[];

interface Latency {
  readonly cold: number;
  readonly warm: number;
}

/** The time from `create` reaching the host to the cancel call reaching the server, in Pulumi's own host. */
export const latency: Measurement = {
  name: "latency",
  async run({ rounds, say }: Plan): Promise<Findings> {
    const runs = 2 * rounds;
    say(`latency: ${runs} hosts, ${creates} creates in each`);
    const samples = await withEmulators((emulators) =>
      interleaved(runs, {
        product: () => measure(emulators, "product"),
        floor: () => measure(emulators, "floor"),
      }),
    );
    const figures = Object.fromEntries(
      providers.flatMap((provider) =>
        (["cold", "warm"] as const).map((state) => [
          `${names[provider]}, ${state}`,
          samples[provider].map((sample) => sample[state]),
        ]),
      ),
    );
    return {
      tables: [
        {
          title: "Milliseconds from `create` to the cancel call at the server",
          columns: ["", "ms"],
          rows: Object.entries(figures).map(([what, times]) => [what, spread(spreadOf(times))]),
        },
      ],
      charts: [
        {
          kind: "bars",
          name: "latency",
          title: "From `create` to the cancel call at the server (less is better)",
          unit: "milliseconds",
          groups: ["cold", "warm"],
          series: providers.map((provider) => ({
            name: names[provider],
            values: (["cold", "warm"] as const).map((state) => spreadOf(samples[provider].map((one) => one[state]))),
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
    const operations = Array.from({ length: creates }, (_, index) => operationName(index));
    const sent = await createAll(provider, endpoint, operations);
    const received = await emulators.ask("cancelTimes", endpoint);
    const times = operations.map((operation) => (received[operation] ?? NaN) - (sent[operation] ?? NaN));
    return { cold: times[0] ?? NaN, warm: median(times.slice(creates / 2)) };
  });
}
