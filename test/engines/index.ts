import { CliEngine } from "./cli";
import type { Engine } from "./engine";
import { StandInEngine } from "./standIn";

export * from "./engine";
export { CliEngine, StandInEngine };

/** Every way to run a program; what holds on one must hold on the others. */
export const engines: readonly Engine[] = [new CliEngine(), new StandInEngine()];

/** A suite for each engine, with the same assertions. Where an engine can't run, its suite is skipped, and says why. */
export function describeOnEachEngine(title: string, suite: (engine: Engine) => void): void {
  describeOn(engines, title, suite);
}

/** The same for what only the real engine has: processes to kill, locks, a terminal. */
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

/** Skips the suite that calls it where there is a reason to, and says the reason. */
export function skipIf(reason: () => Promise<string | undefined> | string | undefined): void {
  before(async function () {
    const why = await reason();
    if (why === undefined) return;
    console.warn(`\nSKIPPED: ${this.test?.parent?.title ?? ""}: ${why}.`);
    this.skip();
  });
}
