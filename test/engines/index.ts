import { CliEngine } from "./cli";
import type { Engine } from "./engine";
import { StandInEngine } from "./standIn";

export * from "./engine";
export { CliEngine, StandInEngine };

/** All engines. A test must have the same result on each of them. */
export const engines: readonly Engine[] = [new CliEngine(), new StandInEngine()];

/** Declares the same suite for each engine. When an engine can't run, its suite is skipped, and prints the reason. */
export function describeOnEachEngine(title: string, suite: (engine: Engine) => void): void {
  describeOn(engines, title, suite);
}

/** Declares a suite for the CLI only, which has processes to kill, locks and a terminal. */
export function describeOnCli(title: string, suite: (engine: Engine) => void): void {
  describeOn(engines.slice(0, 1), title, suite);
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
