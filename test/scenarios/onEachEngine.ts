import type { EmulatorOptions } from "../../provider/emulator";
import { describeOnEachEngine } from "../engines";
import { World } from "./world";

/** Declares a test that is given a world of its own, on an emulator with these options. */
export type Scenario = (title: string, run: (world: World) => Promise<void>, options?: EmulatorOptions) => void;

/** A suite of scenarios that runs on every engine there is. Each ends with a look whether it has shown a secret. */
export function onEachEngine(title: string, scenarios: (scenario: Scenario) => void): void {
  describeOnEachEngine(title, (engine) => {
    scenarios((name, run, options) => {
      it(name, async () => {
        const world = await World.open(engine, options);
        try {
          await run(world);
          world.expectNoSecretShown();
        } finally {
          await world.close();
        }
      });
    });
  });
}
