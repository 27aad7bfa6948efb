/** Measurements of this package's sweep alone, against absolute limits. */
import { withEmulators } from "../emulator";
import { number, spread } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { spreadOf } from "../samples";
import { measureSweep, type SweepSample, type SweepTask } from "../sweepers";

/** Measures the memory of a large sweep. */
export const memory: Measurement = {
  name: "memory",
  async run({ rounds, quick, log }: Plan): Promise<Findings> {
    const operations = quick ? 10_000 : 100_000;
    log(`memory: sweeps of ${number(operations)}`);
    const sweeps = await repeatSweep(rounds, { operations, waitFor: "settled" });
    const megabytes = sweeps.map((sweep) => sweep.megabytes);
    const spreadOfMegabytes = spreadOf(megabytes);
    const seconds = spreadOf(sweeps.map((sweep) => sweep.seconds));
    return {
      tables: [
        {
          title: "A large sweep that waits until all operations settle",
          columns: ["operations", "peak memory above the baseline (MB)", "seconds"],
          rows: [[number(operations), spread(spreadOfMegabytes), spread(seconds)]],
        },
      ],
      charts: [],
      goals: [
        {
          title: `peak memory of a sweep of ${number(operations)} above the baseline: maximum of all rounds`,
          figure: spreadOfMegabytes.most,
          unit: "MB",
          bound: { atMost: 200 },
        },
      ],
      samples: { "peak memory above the baseline (MB)": megabytes },
    };
  },
};

/** Counts the tokens that a sweep with a service account key fetches from a server that requires them. */
export const tokens: Measurement = {
  name: "tokens",
  async run({ rounds, log }: Plan): Promise<Findings> {
    const operations = 1_000;
    log(`tokens: sweeps of ${number(operations)} with a service account key`);
    const sweeps = await repeatSweep(rounds, { operations, waitFor: "settled", tokens: true });
    const fetches = sweeps.map(({ calls }) => calls.token);
    return {
      tables: [],
      charts: [],
      goals: [
        {
          title: `token fetches of a process that cancels ${number(operations)} operations as one identity`,
          figure: Math.max(...fetches),
          unit: "",
          bound: { atMost: 1 },
        },
      ],
      samples: { "token fetches": fetches },
    };
  },
};

function repeatSweep(rounds: number, task: SweepTask): Promise<SweepSample[]> {
  return withEmulators(async (emulators) => {
    const samples: SweepSample[] = [];
    for (let round = 0; round < rounds; round++) samples.push(await measureSweep(emulators, "product", task));
    return samples;
  });
}
