import { type Clock, withGlobal } from "@sinonjs/fake-timers";

const { setTimeout: realTimeout } = globalThis;

/** How long calls over sockets have between two moves of the clock, in milliseconds of real time. */
const look = 3;

/** Installs a clock for each test that moves only when the test says so. Sockets are real. */
export function fakeTime() {
  let clock: Clock;
  beforeEach(() => {
    clock = withGlobal(globalThis).install({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  });
  afterEach(() => {
    clock.uninstall();
  });
  return {
    /** The time since the test began, in milliseconds. */
    now: () => clock.now,
    /** Moves the clock ahead in steps, and lets the calls over sockets happen meanwhile. */
    pass: async (milliseconds: number, step = 500): Promise<void> => {
      for (let passed = 0; passed < milliseconds; passed += step) {
        await new Promise((resolve) => realTimeout(resolve, look));
        await clock.tickAsync(Math.min(step, milliseconds - passed));
      }
      await new Promise((resolve) => realTimeout(resolve, look));
    },
  };
}
