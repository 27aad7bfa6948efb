import { withEmulators } from "../emulator";
import { bytes, type Deployment, seconds } from "../engine/cli";
import { deployProgram } from "../engine/deployProgram";
import type { ProgramName } from "../engine/project";
import { number, spread } from "../format";
import type { Findings, Goal, Measurement, Plan } from "../measurement";
import { interleaved, median, ratios, spreadOf } from "../samples";
import { chartOfSeconds, samplesOf, sizesOf } from "./deployments";

type ResourceProgram = Extract<ProgramName, "product" | "plain" | "floor" | "outputs">;

const names: Readonly<Record<ResourceProgram, string>> = {
  product: "CancellationRequest",
  plain: "plain dynamic resource",
  floor: "the floor",
  outputs: "the floor with these outputs",
};
const programs = Object.keys(names) as ResourceProgram[];

type Samples = Record<ResourceProgram, Deployment[]>;

/** Measures `pulumi up` on the real engine with one resource, with many resources, and with one sweep for all operations. */
export const stack: Measurement = {
  name: "stack",
  async run({ rounds, quick, log }: Plan): Promise<Findings> {
    const sizes = sizesOf(quick);
    const sweepSize = quick ? 1_000 : 10_000;
    const bySize = new Map<number, Samples>();
    const swept: Deployment[] = [];
    await withEmulators(async (emulators) => {
      for (const size of sizes) {
        log(`stack: ${size} resources`);
        const candidates = {
          product: () => deployProgram(emulators, "product", size),
          plain: () => deployProgram(emulators, "plain", size),
          floor: () => deployProgram(emulators, "floor", size),
          outputs: () => deployProgram(emulators, "outputs", size),
        };
        if (size !== sizes.at(-1)) {
          bySize.set(size, await interleaved(rounds, candidates));
          continue;
        }
        const { sweep, ...samples } = await interleaved(rounds, {
          ...candidates,
          sweep: () => deployProgram(emulators, "sweep", sweepSize),
        });
        bySize.set(size, samples);
        swept.push(...sweep);
      }
    });
    return findings(bySize, swept, sweepSize);
  },
};

function findings(bySize: ReadonlyMap<number, Samples>, swept: readonly Deployment[], sweepSize: number): Findings {
  const rows = [...bySize];
  return {
    tables: [
      {
        title: "Seconds of `pulumi up` for a new stack",
        columns: [
          "resources",
          ...programs.map((program) => names[program]),
          "ratio to the floor",
          "ratio to the plain resource",
        ],
        rows: rows.map(([size, samples]) => [
          number(size),
          ...programs.map((program) => spread(spreadOf(seconds(samples[program])))),
          spread(spreadOf(ratios(seconds(samples.product), seconds(samples.floor)))),
          spread(spreadOf(ratios(seconds(samples.product), seconds(samples.plain)))),
        ]),
      },
      {
        title: "State size in kilobytes",
        columns: [
          "resources",
          ...programs.map((program) => names[program]),
          "ratio to the floor",
          "ratio to the plain resource",
        ],
        rows: rows.map(([size, samples]) => [
          number(size),
          ...programs.map((program) => number(median(bytes(samples[program])) / 1000)),
          number(median(ratios(bytes(samples.product), bytes(samples.floor)))),
          number(median(ratios(bytes(samples.product), bytes(samples.plain)))),
        ]),
      },
      {
        title: "One CancellationSweep for all operations",
        columns: ["operations", "seconds of `pulumi up`", "ms per operation", "state size in kilobytes"],
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
      chartOfSeconds({ name: "stack", title: "Seconds of pulumi up for a new stack (lower is better)" }, names, rows),
    ],
    goals: goalsOf(rows.at(-1), swept, sweepSize),
    samples: Object.fromEntries([
      ...samplesOf(names, rows),
      [`CancellationSweep, ${sweepSize}: seconds`, seconds(swept)] as const,
    ]),
  };
}

function goalsOf(
  largest: readonly [number, Samples] | undefined,
  swept: readonly Deployment[],
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
  const outputsToFloor = number(median(ratios(seconds(outputs), seconds(floor))));
  const productToOutputs = number(median(ratios(seconds(product), seconds(outputs))));
  const ofFloor = spreadOf(ratios(bytes(product), bytes(floor)));
  const ofPlain = spreadOf(ratios(bytes(product), bytes(plain)));
  return [
    {
      title: `speedup per operation of a sweep of ${number(sweepSize)} over ${size} plain resources`,
      figure: faster.median,
      spread: faster,
      unit: "",
      bound: { atLeast: 50 },
    },
    {
      title: `time per resource in a stack of ${size}: ratio to the floor`,
      figure: time.median,
      spread: time,
      unit: "",
      bound: { atMost: 1.1 },
      explanation:
        `The floor with the outputs of a CancellationRequest takes ${outputsToFloor} times as long as the floor. ` +
        `This package takes ${productToOutputs} times as long as the floor with these outputs. The engine serializes ` +
        `more values for each resource, and the host does more work for each resource. Both run on the same cores.`,
    },
    {
      title: `state size of ${size} resources: ratio to the floor`,
      figure: ofFloor.median,
      spread: ofFloor,
      unit: "",
      bound: { atMost: 1.15 },
    },
    {
      title: `state size of ${size} resources: ratio to the plain resource`,
      figure: ofPlain.median,
      spread: ofPlain,
      unit: "",
      bound: { atMost: 0.6 },
    },
  ];
}
