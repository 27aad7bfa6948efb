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
    const fullTitle = `${title}, on the ${engine.name}`;
    describe(fullTitle, () => {
      before(async function () {
        const reason = await engine.unavailable();
        if (reason === undefined) return;
        console.warn(`\nSKIPPED: ${fullTitle}: ${reason}.`);
        this.skip();
      });
      suite(engine);
    });
  }
}
