import { withEmulators } from "../emulator";
import { bytes, type Deployment, seconds } from "../engine/cli";
import { deployProgram } from "../engine/deployProgram";
import type { ProgramName } from "../engine/project";
import { number, spread } from "../format";
import type { Findings, Goal, Measurement, Plan } from "../measurement";
import { interleaved, median, ratios, spreadOf } from "../samples";
import { chartOfSeconds, samplesOf, sizesOf } from "./deployments";

type HostProgram = Extract<ProgramName, "plugin" | "product" | "pluginFloor">;

const names: Readonly<Record<HostProgram, string>> = {
  plugin: "plugin",
  product: "dynamic provider",
  pluginFloor: "the floor of plugins",
};
const programs = Object.keys(names) as HostProgram[];

type Samples = Record<HostProgram, Deployment[]>;

/** Compares the plugin with the dynamic provider, and with the smallest plugin in Node.js that records the same outputs. */
export const hosts: Measurement = {
  name: "hosts",
  async run({ rounds, quick, log }: Plan): Promise<Findings> {
    const rows = await withEmulators(async (emulators) => {
      const measured: (readonly [number, Samples])[] = [];
      for (const size of sizesOf(quick)) {
        log(`hosts: ${size} resources`);
        const samples = await interleaved(rounds, {
          plugin: () => deployProgram(emulators, "plugin", size),
          product: () => deployProgram(emulators, "product", size),
          pluginFloor: () => deployProgram(emulators, "pluginFloor", size),
        });
        measured.push([size, samples]);
      }
      return measured;
    });
    const tableOf = (title: string, figures: (samples: readonly Deployment[]) => number[]) => ({
      title,
      columns: [
        "resources",
        ...programs.map((program) => names[program]),
        "ratio to the dynamic provider",
        "to the floor",
      ],
      rows: rows.map(([size, samples]) => [
        number(size),
        ...programs.map((program) => spread(spreadOf(figures(samples[program])))),
        spread(spreadOf(ratios(figures(samples.plugin), figures(samples.product)))),
        spread(spreadOf(ratios(figures(samples.plugin), figures(samples.pluginFloor)))),
      ]),
    });
    return {
      tables: [
        tableOf("Seconds of `pulumi up` for a new stack, by host", seconds),
        tableOf("State size in kilobytes, by host", (samples) => bytes(samples).map((size) => size / 1000)),
      ],
      charts: [
        chartOfSeconds(
          { name: "hosts", title: "Seconds of pulumi up for a new stack, by host (lower is better)" },
          names,
          rows,
        ),
      ],
      goals: rows.slice(-1).flatMap(([size, samples]) => goalsOf(size, samples)),
      samples: Object.fromEntries(samplesOf(names, rows)),
    };
  },
};

function goalsOf(size: number, { plugin, product, pluginFloor }: Samples): Goal[] {
  const toFloor = spreadOf(ratios(seconds(plugin), seconds(pluginFloor)));
  const toDynamic = spreadOf(ratios(seconds(plugin), seconds(product)));
  return [
    {
      title: `time of ${size} resources in the plugin: ratio to the floor of plugins`,
      figure: toFloor.median,
      spread: toFloor,
      unit: "",
      bound: { atMost: 1.05 },
    },
    {
      title: `time of ${size} resources in the plugin: ratio to the dynamic provider`,
      figure: toDynamic.median,
      spread: toDynamic,
      unit: "",
      bound: { atMost: 0.88 },
    },
    {
      title: `state size of ${size} resources in the plugin: ratio to the dynamic provider`,
      figure: median(ratios(bytes(plugin), bytes(product))),
      unit: "",
      bound: { atMost: 0.8 },
      explanation:
        `A resource takes ${number(median(bytes(plugin)) / size)} bytes in the plugin, and ` +
        `${number(median(bytes(product)) / size)} with the dynamic provider, which also has the source of the provider ` +
        "and the resource's name, in the inputs and in the outputs, and a longer name of the type. The rest is about the " +
        "same in both: the resource's position in the program, its provider, the operation's name and the outputs.",
    },
  ];
}
