import type { EmulatorOptions } from "../../provider/emulator";
import { describeOnEachEngine } from "../engines";
import { World } from "./world";

/** Declares a test that gets its own world, on an emulator with these options. */
export type Scenario = (title: string, run: (world: World) => Promise<void>, options?: EmulatorOptions) => void;

/** Declares a suite of scenarios for each engine. Each scenario ends with a search for shown secrets. */
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
