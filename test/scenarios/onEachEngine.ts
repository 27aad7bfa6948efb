import type { EmulatorOptions } from "../../provider/emulator";
import { describeOnEachEngine } from "../engines";
import { hosts } from "./hosts";
import { World } from "./world";

/** Declares a test that gets its own world, on an emulator with these options. */
export type Scenario = (title: string, run: (world: World) => Promise<void>, options?: EmulatorOptions) => void;

/** Declares a suite of scenarios for each engine and host. Each scenario ends with a search for shown secrets. */
export function onEachEngine(title: string, scenarios: (scenario: Scenario) => void): void {
  for (const host of hosts) {
    describeOnEachEngine(`${title}, in the ${host.name}`, (engine) => {
      scenarios((name, run, options) => {
        it(name, async () => {
          const world = await World.open(engine, options, host);
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
}
