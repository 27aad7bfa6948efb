import { withEmulators } from "../emulator";
import { number } from "../format";
import type { Findings, Measurement, Plan } from "../measurement";
import { measureSweep } from "../sweepers";

/** The tokens that a sweep fetches, with a service account's key, from a server that lets in nobody without one. */
export const tokens: Measurement = {
  name: "tokens",
  async run({ rounds, say }: Plan): Promise<Findings> {
    const operations = 1_000;
    say(`tokens: sweeps of ${number(operations)} with a service account's key`);
    const fetched = await withEmulators(async (emulators) => {
      const counts: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const { calls } = await measureSweep(emulators, "product", { operations, waitFor: "settled", tokens: true });
        counts.push(calls.token);
      }
      return counts;
    });
    return {
      tables: [],
      charts: [],
      goals: [
        {
          title: `token fetches of a process that cancels ${number(operations)} operations as one identity`,
          figure: Math.max(...fetched),
          unit: "",
          bound: { atMost: 1 },
        },
      ],
      samples: { "token fetches": fetched },
    };
  },
};
