import { withEmulators } from "../emulator";
import { number, spread } from "../format";
import type { Findings, Goal, Measurement, Plan } from "../measurement";
import { interleaved } from "../rounds";
import { median, ratios, spreadOf } from "../statistics";
import { measureSweep, type SweepTask, type Swept } from "../sweepers";
import type { SweeperName } from "../sweepers/jobs";

const names: Readonly<Record<SweeperName, string>> = {
  product: "CancellationSweep",
  axiosPool: "bare axios pool",
  gax: "google-gax",
};

type Samples = Record<SweeperName, Swept[]>;

/** The throughput of a sweep, and its calls, beside those of a bare pool of axios and of google-gax. */
export const sweep: Measurement = {
  name: "sweep",
  async run(plan: Plan): Promise<Findings> {
    const tasks = (plan.quick ? [1_000] : [1_000, 10_000]).flatMap((operations) =>
      (["accepted", "settled"] as const).map((waitFor): SweepTask => ({ operations, waitFor })),
    );
    const results: { readonly task: SweepTask; readonly samples: Samples }[] = [];
    await withEmulators(async (emulators) => {
      for (const task of tasks) {
        plan.say(`sweep: ${title(task)}`);
        // The shorter a run, the more the machine's other work is in its figure.
        const rounds = plan.rounds * (task.operations < 10_000 ? 4 : 2);
        const samples = await interleaved(rounds, {
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

function findings(results: readonly { readonly task: SweepTask; readonly samples: Samples }[]): Findings {
  const sweepers = Object.keys(names) as SweeperName[];
  return {
    tables: [
      {
        title: "Operations cancelled per second",
        columns: ["sweep of", ...sweepers.map((name) => names[name]), "of the axios pool's", "of google-gax's"],
        rows: results.map(({ task, samples }) => [
          title(task),
          ...sweepers.map((name) => spread(spreadOf(throughput(task, samples[name])))),
          spread(spreadOf(paired(task, samples, "axiosPool"))),
          spread(spreadOf(paired(task, samples, "gax"))),
        ]),
      },
      {
        title: "Calls made, and connections open at the same time",
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
        title: "Operations cancelled per second (more is better)",
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
          samples[name].map((swept) => swept.seconds),
        ]),
      ),
    ),
  };
}

function goalsOf({ task, samples }: { readonly task: SweepTask; readonly samples: Samples }): Goal[] {
  const throughputs = spreadOf(paired(task, samples, "axiosPool"));
  const calls = spreadOf(
    ratios(
      samples.product.map((swept) => swept.calls.all),
      samples.axiosPool.map((swept) => swept.calls.all),
    ),
  );
  return [
    {
      title: `throughput of a sweep of ${title(task)}, of the bare axios pool's`,
      figure: throughputs.median,
      spread: throughputs,
      unit: "",
      bound: { atLeast: 0.9 },
    },
    {
      title: `calls of a sweep of ${title(task)}, of the bare axios pool's`,
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

function throughput({ operations }: SweepTask, samples: readonly Swept[]): number[] {
  return samples.map(({ seconds }) => operations / seconds);
}

function paired(task: SweepTask, samples: Samples, other: SweeperName): readonly number[] {
  return ratios(throughput(task, samples.product), throughput(task, samples[other]));
}

function title({ operations, waitFor }: SweepTask): string {
  return `${operations.toLocaleString("en")}, ${waitFor}`;
}
