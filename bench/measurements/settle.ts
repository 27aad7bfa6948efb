import { duration, number } from "../format";
import type { Findings, Goal, LineChart, Measurement, Plan, Table } from "../measurement";
import { otherSchedules } from "../settling/schedules";
import { type Watched, watchBy, watchByProduct } from "../settling/simulation";
import { mean } from "../statistics";

const product = "this package";

/** Seconds until an operation settles. */
const runTimes = [
  0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600,
];
const toldRunTimes = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600];

/** What operations of about one run time came to, for each of the run times. */
interface Watching {
  readonly name: string;
  readonly results: readonly (readonly Watched[])[];
}

/** How late a settlement is noticed, and the reads that takes, on a simulated clock. */
export const settle: Measurement = {
  name: "settle",
  async run({ quick, say }: Plan): Promise<Findings> {
    const trials = quick ? 40 : 400;
    say(`settle: ${runTimes.length} run times, ${trials} operations of each`);
    // Spread evenly about each run time, so that it does not matter where it falls between two reads.
    const operations = runTimes.map((time) =>
      Array.from({ length: trials }, (_, index) => time * (0.9 + (0.2 * (index + 0.5)) / trials)),
    );
    const watched = await watchByProduct(operations.flat());
    const own = operations.map((_, index) => watched.slice(index * trials, (index + 1) * trials));
    const others = otherSchedules.map((schedule) => ({
      name: schedule.name,
      results: operations.map((times) => times.map((time) => watchBy(schedule, time))),
    }));
    const watchings: readonly Watching[] = [{ name: product, results: own }, ...others];
    return {
      tables: [
        table("Noticed later than it settled, on average (at most), in seconds", watchings, ({ delay }) => delay, true),
        table("Reads, on average", watchings, ({ reads }) => reads, false),
      ],
      charts: [
        chart(
          "settle-delay",
          "How late a settlement is noticed, on average",
          "seconds late",
          watchings,
          ({ delay }) => delay,
        ),
        chart(
          "settle-reads",
          "Reads until a settlement is noticed, on average",
          "reads",
          watchings,
          ({ reads }) => reads,
        ),
      ],
      goals: goalsOf(own, others.find(({ name }) => name === "google-gax")?.results ?? []),
      samples: Object.fromEntries(
        watchings.flatMap(({ name, results }) => [
          [`${name}: mean delay, s`, results.map((watched) => mean(watched.map(({ delay }) => delay)))],
          [`${name}: mean reads`, results.map((watched) => mean(watched.map(({ reads }) => reads)))],
        ]),
      ),
    };
  },
};

function goalsOf(own: readonly (readonly Watched[])[], gax: readonly (readonly Watched[])[]): Goal[] {
  // Of the delay that is allowed at each run time, the part that is used: a tenth of it, or 300 ms.
  const used = own.map((watched, index) => {
    const allowed = Math.max(0.1 * (runTimes[index] ?? NaN), 0.3);
    return mean(watched.map(({ delay }) => delay)) / allowed;
  });
  const reads = own.map(
    (watched, index) => mean(watched.map((one) => one.reads)) / mean((gax[index] ?? []).map((one) => one.reads)),
  );
  return [
    {
      title: "mean delay in noticing, of a tenth of the run time or 300 ms; at the worst of all run times",
      figure: Math.max(...used),
      unit: "",
      bound: { atMost: 1 },
    },
    {
      title: "longest delay in noticing",
      figure: Math.max(...own.flat().map(({ delay }) => delay)),
      unit: "s",
      bound: { atMost: 30 },
    },
    {
      title: "reads, of google-gax's; at the worst of all run times",
      figure: Math.max(...reads),
      unit: "",
      bound: { atMost: 1.75 },
    },
  ];
}

function table(title: string, watchings: readonly Watching[], of: (watched: Watched) => number, most: boolean): Table {
  return {
    title,
    columns: ["settles after about", ...watchings.map(({ name }) => name)],
    rows: toldRunTimes.map((time) => [
      duration(time),
      ...watchings.map(({ results }) => {
        const figures = (results[runTimes.indexOf(time)] ?? []).map(of);
        return most ? `${number(mean(figures))} (${number(Math.max(...figures))})` : number(mean(figures));
      }),
    ]),
  };
}

function chart(
  name: string,
  title: string,
  y: string,
  watchings: readonly Watching[],
  of: (watched: Watched) => number,
): LineChart {
  return {
    kind: "lines",
    name,
    title,
    x: "seconds until the operation settles",
    y,
    series: watchings.map(({ name, results }) => ({
      name,
      points: results.map((watched, index) => [runTimes[index] ?? NaN, mean(watched.map(of))] as const),
    })),
  };
}
