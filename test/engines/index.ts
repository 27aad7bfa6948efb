import { CliEngine } from "./cli";
import type { Engine } from "./engine";
import { findCli } from "./findCli";
import { StandInEngine } from "./standIn";

export * from "./engine";
export { CliEngine, StandInEngine };

const cli = new CliEngine();
const standIn = new StandInEngine();

/**
 * The engines of the tests that aren't about an engine: the CLI, and the stand-in where there's no CLI. The environment
 * variable TEST_ENGINE can name the stand-in.
 */
const chosen = chosenEngines();

function chosenEngines(): readonly Engine[] {
  const { TEST_ENGINE: name } = process.env;
  if (name === standIn.name) return [standIn];
  if (name !== undefined) throw new Error(`TEST_ENGINE can be "${standIn.name}", and not "${name}".`);
  return findCli() === undefined ? [cli, standIn] : [cli];
}

/**
 * Declares the same suite for each chosen engine. A test must have the same result on each of them. When an engine
 * can't run, its suite is skipped, and prints the reason.
 */
export function describeOnEachEngine(title: string, suite: (engine: Engine) => void): void {
  describeOn(chosen, title, suite);
}

/** Declares the same suite for the CLI and for the stand-in, to show that they agree. */
export function describeOnBothEngines(title: string, suite: (engine: Engine) => void): void {
  describeOn([cli, standIn], title, suite);
}

/** Declares a suite for the CLI only, which has processes to kill, locks and a terminal. */
export function describeOnCli(title: string, suite: (engine: Engine) => void): void {
  describeOn(chosen.includes(cli) ? [cli] : [], title, suite);
}

function describeOn(some: readonly Engine[], title: string, suite: (engine: Engine) => void): void {
  for (const engine of some) {
    describe(`${title}, on the ${engine.name}`, () => {
      skipIf(() => engine.unavailable());
      suite(engine);
    });
  }
}

/** Skips the suite that calls it when there is a reason, and prints the reason. */
export function skipIf(reason: () => Promise<string | undefined> | string | undefined): void {
  before(async function () {
    const why = await reason();
    if (why === undefined) return;
    console.warn(`\nSKIPPED: ${this.test?.parent?.title ?? ""}: ${why}.`);
    this.skip();
  });
}
