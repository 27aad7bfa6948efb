import { duration, number } from "../format";
import type { Findings, Goal, LineChart, Measurement, Plan, Table } from "../measurement";
import { otherSchedules, pollByProduct, pollBySchedule, type Polled } from "../pollSimulation";
import { mean } from "../samples";

const product = "this package";

/** Seconds until an operation settles. */
const runTimes = [
  0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600,
];
const runTimesInTables = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];

/** The results of one client: a list for each run time. */
interface ClientResults {
  readonly name: string;
  readonly results: readonly (readonly Polled[])[];
}

type Select = (polled: Polled) => number;

const delayOf: Select = ({ delay }) => delay;
const readsOf: Select = ({ reads }) => reads;

/** Measures, on a simulated clock, how late a client detects a settlement and how many reads it makes. */
export const settle: Measurement = {
  name: "settle",
  async run({ quick, log }: Plan): Promise<Findings> {
    const trials = quick ? 40 : 400;
    log(`settle: ${runTimes.length} run times, ${trials} operations of each`);
    // An even spread around each run time averages out where the settlement falls between two reads.
    const operations = runTimes.map((time) =>
      Array.from({ length: trials }, (_, index) => time * (0.9 + (0.2 * (index + 0.5)) / trials)),
    );
    const polled = await pollByProduct(operations.flat());
    const own = operations.map((_, index) => polled.slice(index * trials, (index + 1) * trials));
    const others = otherSchedules.map((schedule) => ({
      name: schedule.name,
      results: operations.map((times) => times.map((time) => pollBySchedule(schedule, time))),
    }));
    const clients: readonly ClientResults[] = [{ name: product, results: own }, ...others];
    return {
      tables: [
        table("Detection delay in seconds: mean (maximum)", clients, (polled) => {
          const delays = polled.map(delayOf);
          return `${number(mean(delays))} (${number(Math.max(...delays))})`;
        }),
        table("Mean number of reads", clients, (polled) => number(meanOf(polled, readsOf))),
      ],
      charts: [
        chart("settle-delay", "Mean delay until a client detects a settlement", "delay in seconds", clients, delayOf),
        chart("settle-reads", "Mean number of reads until a client detects a settlement", "reads", clients, readsOf),
      ],
      goals: goalsOf(own, others.find(({ name }) => name === "google-gax")?.results ?? []),
      samples: Object.fromEntries(
        clients.flatMap(({ name, results }) => [
          [`${name}: mean delay, s`, results.map((polled) => meanOf(polled, delayOf))],
          [`${name}: mean reads`, results.map((polled) => meanOf(polled, readsOf))],
        ]),
      ),
    };
  },
};

function goalsOf(own: readonly (readonly Polled[])[], gax: readonly (readonly Polled[])[]): Goal[] {
  const delayRatios = own.map((polled, index) => {
    const allowed = Math.max(0.1 * (runTimes[index] ?? NaN), 0.3);
    return meanOf(polled, delayOf) / allowed;
  });
  const readRatios = own.map((polled, index) => meanOf(polled, readsOf) / meanOf(gax[index] ?? [], readsOf));
  return [
    {
      title:
        "mean detection delay: ratio to the larger of 300 ms and a tenth of the run time, maximum over all run times",
      figure: Math.max(...delayRatios),
      unit: "",
      bound: { atMost: 1 },
    },
    {
      title: "maximum detection delay",
      figure: Math.max(...own.flat().map(delayOf)),
      unit: "s",
      bound: { atMost: 30 },
    },
    {
      title: "mean number of reads: ratio to google-gax, maximum over all run times",
      figure: Math.max(...readRatios),
      unit: "",
      bound: { atMost: 1.75 },
    },
  ];
}

function table(title: string, clients: readonly ClientResults[], format: (polled: readonly Polled[]) => string): Table {
  return {
    title,
    columns: ["run time", ...clients.map(({ name }) => name)],
    rows: runTimesInTables.map((time) => [
      duration(time),
      ...clients.map(({ results }) => format(results[runTimes.indexOf(time)] ?? [])),
    ]),
  };
}

function chart(name: string, title: string, y: string, clients: readonly ClientResults[], select: Select): LineChart {
  return {
    kind: "lines",
    name,
    title,
    x: "seconds until the operation settles",
    y,
    series: clients.map(({ name, results }) => ({
      name,
      points: results.map((polled, index) => [runTimes[index] ?? NaN, meanOf(polled, select)] as const),
    })),
  };
}

function meanOf(polled: readonly Polled[], select: Select): number {
  return mean(polled.map(select));
}
