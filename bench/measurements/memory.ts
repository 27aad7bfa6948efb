import { withEmulators } from "../emulator";
import { number, spread } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { interleaved } from "../rounds";
import { spreadOf } from "../statistics";
import { measureSweep } from "../sweepers";

/** The memory of a large sweep. */
export const memory: Measurement = {
  name: "memory",
  async run({ rounds, quick, say }: Plan): Promise<Findings> {
    const operations = quick ? 10_000 : 100_000;
    say(`memory: sweeps of ${number(operations)}`);
    const { product } = await withEmulators((emulators) =>
      interleaved(rounds, { product: () => measureSweep(emulators, "product", { operations, waitFor: "settled" }) }),
    );
    const megabytes = spreadOf(product.map((swept) => swept.megabytes));
    const seconds = spreadOf(product.map((swept) => swept.seconds));
    return {
      tables: [
        {
          title: "A large sweep, settled",
          columns: ["operations", "MB at the peak, over the process before the sweep", "seconds"],
          rows: [[number(operations), spread(megabytes), spread(seconds)]],
        },
      ],
      charts: [],
      goals: [
        {
          title: `memory of a sweep of ${number(operations)}, over the baseline, at the worst`,
          figure: megabytes.most,
          unit: "MB",
          bound: { atMost: 200 },
        },
      ],
      samples: { "MB at the peak over the baseline": product.map((swept) => swept.megabytes) },
    };
  },
};
