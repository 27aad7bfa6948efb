import { operationName, type EmulatorProcess, withEmulator, withEmulators } from "../emulator";
import { deploy, type Deployed } from "../engine/cli";
import { type ProgramName, withProject } from "../engine/project";
import { number, spread } from "../format";
import type { Findings, Goal, Measurement, Plan } from "../measurement";
import { interleaved } from "../rounds";
import { median, ratios, spreadOf } from "../statistics";

type ResourceProgram = Exclude<ProgramName, "sweep">;

const names: Readonly<Record<ResourceProgram, string>> = {
  product: "CancellationRequest",
  plain: "plain dynamic resource",
  floor: "the floor",
  outputs: "the floor with these outputs",
};
const programs = Object.keys(names) as ResourceProgram[];

type Samples = Record<ResourceProgram, Deployed[]>;

/** The whole `pulumi up` on the real engine: one request, many of them, and a sweep in place of all. */
export const stack: Measurement = {
  name: "stack",
  async run({ rounds, quick, say }: Plan): Promise<Findings> {
    const sizes = quick ? [1, 50] : [1, 100, 500];
    const sweepSize = quick ? 1_000 : 10_000;
    const bySize = new Map<number, Samples>();
    const swept: Deployed[] = [];
    await withEmulators(async (emulators) => {
      for (const size of sizes) {
        say(`stack: ${size} resources`);
        const candidates = {
          product: () => deployed(emulators, "product", size),
          plain: () => deployed(emulators, "plain", size),
          floor: () => deployed(emulators, "floor", size),
          outputs: () => deployed(emulators, "outputs", size),
        };
        if (size !== sizes.at(-1)) {
          bySize.set(size, await interleaved(rounds, candidates));
          continue;
        }
        const { sweep, ...samples } = await interleaved(rounds, {
          ...candidates,
          sweep: () => deployed(emulators, "sweep", sweepSize),
        });
        bySize.set(size, samples);
        swept.push(...sweep);
      }
    });
    return findings(bySize, swept, sweepSize);
  },
};

function deployed(emulators: EmulatorProcess, program: ProgramName, size: number): Promise<Deployed> {
  return withEmulator(emulators, { operations: size }, ({ endpoint }) =>
    withProject(program, async (directory) => {
      const operations = program === "sweep" ? [] : Array.from({ length: size }, (_, index) => operationName(index));
      const result = await deploy(directory, {
        "cancellation:endpoint": endpoint,
        "bench:settings": JSON.stringify({ endpoint, operations }),
      });
      const { cancel } = await emulators.ask("counts", endpoint);
      if (cancel !== size) throw new Error(`${program}: ${cancel} cancel calls for ${size} operations`);
      return result;
    }),
  );
}

function findings(bySize: ReadonlyMap<number, Samples>, swept: readonly Deployed[], sweepSize: number): Findings {
  const rows = [...bySize];
  return {
    tables: [
      {
        title: "Seconds of `pulumi up`, all resources new",
        columns: ["resources", ...programs.map((program) => names[program]), "of the floor's", "of the plain one's"],
        rows: rows.map(([size, samples]) => [
          number(size),
          ...programs.map((program) => spread(spreadOf(seconds(samples[program])))),
          spread(spreadOf(ratios(seconds(samples.product), seconds(samples.floor)))),
          spread(spreadOf(ratios(seconds(samples.product), seconds(samples.plain)))),
        ]),
      },
      {
        title: "Kilobytes of state",
        columns: ["resources", ...programs.map((program) => names[program]), "of the floor's", "of the plain one's"],
        rows: rows.map(([size, samples]) => [
          number(size),
          ...programs.map((program) => number(median(bytes(samples[program])) / 1000)),
          number(median(ratios(bytes(samples.product), bytes(samples.floor)))),
          number(median(ratios(bytes(samples.product), bytes(samples.plain)))),
        ]),
      },
      {
        title: "One CancellationSweep in place of all",
        columns: ["operations", "seconds of `pulumi up`", "ms for an operation", "kilobytes of state"],
        rows: [
          [
            number(sweepSize),
            spread(spreadOf(seconds(swept))),
            spread(spreadOf(seconds(swept).map((taken) => (1000 * taken) / sweepSize))),
            number(median(bytes(swept)) / 1000),
          ],
        ],
      },
    ],
    charts: [
      {
        kind: "bars",
        name: "stack",
        title: "Seconds of `pulumi up`, all resources new (less is better)",
        unit: "seconds",
        groups: rows.map(([size]) => `${size} resource${size === 1 ? "" : "s"}`),
        series: programs.map((program) => ({
          name: names[program],
          values: rows.map(([, samples]) => spreadOf(seconds(samples[program]))),
        })),
      },
    ],
    goals: goalsOf(rows.at(-1), swept, sweepSize),
    samples: Object.fromEntries([
      ...rows.flatMap(([size, samples]) =>
        programs.flatMap((program) => [
          [`${names[program]}, ${size}: seconds`, seconds(samples[program])] as const,
          [`${names[program]}, ${size}: bytes of state`, bytes(samples[program])] as const,
        ]),
      ),
      [`CancellationSweep, ${sweepSize}: seconds`, seconds(swept)] as const,
    ]),
  };
}

function goalsOf(
  largest: readonly [number, Samples] | undefined,
  swept: readonly Deployed[],
  sweepSize: number,
): Goal[] {
  if (!largest) return [];
  const [size, { product, plain, floor, outputs }] = largest;
  const perOperation = seconds(plain).map((taken) => taken / size);
  const faster = spreadOf(
    ratios(
      perOperation,
      seconds(swept).map((taken) => taken / sweepSize),
    ),
  );
  const time = spreadOf(ratios(seconds(product), seconds(floor)));
  const ofFloor = spreadOf(ratios(bytes(product), bytes(floor)));
  const ofPlain = spreadOf(ratios(bytes(product), bytes(plain)));
  return [
    {
      title: `a sweep of ${number(sweepSize)} on the engine: times faster per operation than ${size} plain resources`,
      figure: faster.median,
      spread: faster,
      unit: "",
      bound: { atLeast: 50 },
    },
    {
      title: `time per resource in a stack of ${size}, of the floor's`,
      figure: time.median,
      spread: time,
      unit: "",
      bound: { atMost: 1.1 },
      explanation: `the floor with the outputs of a CancellationRequest takes ${number(median(ratios(seconds(outputs), seconds(floor))))} of the floor's time, and this package ${number(median(ratios(seconds(product), seconds(outputs))))} of that: the engine serializes more for each resource, and the host does more for it, on the cores that they share`,
    },
    {
      title: `state of ${size}, of the floor's`,
      figure: ofFloor.median,
      spread: ofFloor,
      unit: "",
      bound: { atMost: 1.15 },
    },
    {
      title: `state of ${size}, of the plain one's`,
      figure: ofPlain.median,
      spread: ofPlain,
      unit: "",
      bound: { atMost: 0.6 },
    },
  ];
}

function seconds(samples: readonly Deployed[]): number[] {
  return samples.map((deployed) => deployed.seconds);
}

function bytes(samples: readonly Deployed[]): number[] {
  return samples.map((deployed) => deployed.bytes);
}
