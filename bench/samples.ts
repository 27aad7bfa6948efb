/** The median of some samples, and their range. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Runs every candidate once in each round, and starts each round with another candidate. Other work on the machine, and
 * the effects of one run on the next, then affect all candidates alike.
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

export function spreadOf(samples: readonly number[]): Spread {
  return { median: median(samples), least: Math.min(...samples), most: Math.max(...samples) };
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/**
 * Returns the ratio of one candidate's samples to another's, round by round. The two samples of a round are neighbors in
 * time, so other work on the machine affects both.
 */
export function ratios(samples: readonly number[], others: readonly number[]): readonly number[] {
  return samples.map((sample, round) => sample / (others[round] ?? NaN));
}
