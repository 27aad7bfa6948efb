import { withEmulators } from "../emulator";
import { number, spread } from "../format";
import type { Findings, Goal, Measurement, Plan } from "../measurement";
import { interleaved, median, ratios, spreadOf } from "../samples";
import { measureSweep, type SweepSample, type SweepTask } from "../sweepers";
import type { SweeperName } from "../sweepers/sweep";

const names: Readonly<Record<SweeperName, string>> = {
  product: "CancellationSweep",
  axiosPool: "bare axios pool",
  gax: "google-gax",
};

type Samples = Record<SweeperName, SweepSample[]>;

interface TaskResult {
  readonly task: SweepTask;
  readonly samples: Samples;
}

/** Compares the throughput and the calls of a sweep with those of a bare axios pool and of google-gax. */
export const sweep: Measurement = {
  name: "sweep",
  async run({ rounds, quick, log }: Plan): Promise<Findings> {
    const tasks = (quick ? [1_000] : [1_000, 10_000]).flatMap((operations) =>
      (["accepted", "settled"] as const).map((waitFor): SweepTask => ({ operations, waitFor })),
    );
    const results: TaskResult[] = [];
    await withEmulators(async (emulators) => {
      for (const task of tasks) {
        log(`sweep: ${title(task)}`);
        // Other work on the machine affects a short run more than a long one.
        const factor = task.operations < 10_000 ? 4 : 2;
        const samples = await interleaved(factor * rounds, {
          product: () => measureSweep(emulators, "product", task),
          axiosPool: () => measureSweep(emulators, "axiosPool", task),
          gax: () => measureSweep(emulators, "gax", task),
        });
        results.push({ task, samples });
      }
    });
    return findings(results);
  },
};

function findings(results: readonly TaskResult[]): Findings {
  const sweepers = Object.keys(names) as SweeperName[];
  return {
    tables: [
      {
        title: "Operations cancelled per second",
        columns: ["sweep of", ...sweepers.map((name) => names[name]), "ratio to the axios pool", "ratio to google-gax"],
        rows: results.map(({ task, samples }) => [
          title(task),
          ...sweepers.map((name) => spread(spreadOf(throughput(task, samples[name])))),
          spread(spreadOf(throughputRatios(task, samples, "axiosPool"))),
          spread(spreadOf(throughputRatios(task, samples, "gax"))),
        ]),
      },
      {
        title: "Calls, and maximum number of open connections",
        columns: ["sweep of", ...sweepers.flatMap((name) => [`${names[name]}: calls`, "connections"])],
        rows: results.map(({ task, samples }) => [
          title(task),
          ...sweepers.flatMap((name) => [
            number(median(samples[name].map(({ calls }) => calls.all))),
            number(Math.max(...samples[name].map(({ sockets }) => sockets))),
          ]),
        ]),
      },
    ],
    charts: [
      {
        kind: "bars",
        name: "sweep",
        title: "Operations cancelled per second (higher is better)",
        unit: "operations/s",
        groups: results.map(({ task }) => title(task)),
        series: sweepers.map((name) => ({
          name: names[name],
          values: results.map(({ task, samples }) => spreadOf(throughput(task, samples[name]))),
        })),
      },
    ],
    goals: [...results.flatMap(goalsOf), socketGoal(results.map(({ samples }) => samples))],
    samples: Object.fromEntries(
      results.flatMap(({ task, samples }) =>
        sweepers.map((name) => [
          `${names[name]}, ${title(task)}: seconds`,
          samples[name].map(({ seconds }) => seconds),
        ]),
      ),
    ),
  };
}

function goalsOf({ task, samples }: TaskResult): Goal[] {
  const throughputs = spreadOf(throughputRatios(task, samples, "axiosPool"));
  const calls = spreadOf(
    ratios(
      samples.product.map(({ calls }) => calls.all),
      samples.axiosPool.map(({ calls }) => calls.all),
    ),
  );
  return [
    {
      title: `throughput of a sweep of ${title(task)}: ratio to the bare axios pool`,
      figure: throughputs.median,
      spread: throughputs,
      unit: "",
      bound: { atLeast: 0.9 },
    },
    {
      title: `calls of a sweep of ${title(task)}: ratio to the bare axios pool`,
      figure: calls.median,
      spread: calls,
      unit: "",
      bound: { atMost: 1.05 },
    },
  ];
}

function socketGoal(samples: readonly Samples[]): Goal {
  const most = Math.max(...samples.flatMap(({ product }) => product.map(({ sockets }) => sockets)));
  return {
    title: "open connections of a sweep with 16 calls in flight",
    figure: most,
    unit: "",
    bound: { atMost: 16 },
  };
}

function throughput({ operations }: SweepTask, samples: readonly SweepSample[]): number[] {
  return samples.map(({ seconds }) => operations / seconds);
}

/** Returns the ratios of the throughput of this package to that of another client, round by round. */
function throughputRatios(task: SweepTask, samples: Samples, other: SweeperName): readonly number[] {
  return ratios(throughput(task, samples.product), throughput(task, samples[other]));
}

function title({ operations, waitFor }: SweepTask): string {
  return `${operations.toLocaleString("en")}, ${waitFor}`;
}
