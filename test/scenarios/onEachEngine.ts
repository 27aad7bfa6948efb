import { describeOnEachEngine } from "../engines";
import { World } from "./world";

/** Declares a test that is given a world of its own. */
export type Scenario = (title: string, run: (world: World) => Promise<void>) => void;

/** A suite of scenarios that runs on every engine there is. */
export function onEachEngine(title: string, scenarios: (scenario: Scenario) => void): void {
  describeOnEachEngine(title, (engine) => {
    scenarios((name, run) => {
      it(name, async () => {
        const world = await World.open(engine);
        try {
          await run(world);
        } finally {
          await world.close();
        }
      });
    });
  });
}
