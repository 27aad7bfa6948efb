/**
 * Runs every candidate once a round, beginning with another one each time, so that what else the machine does, and what one
 * run leaves behind for the next, falls on all of them.
 */
export async function interleaved<Name extends string, Sample>(
  rounds: number,
  candidates: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(candidates) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      if (name !== undefined) samples[name].push(await candidates[name]());
    }
  }
  return samples;
}
