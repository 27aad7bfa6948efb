/** Stops whatever was started, after each test. */
export function cleanUps() {
  const stops: (() => unknown)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  return {
    /** Stops `what` after the test. */
    stopping: <T extends { stop: () => unknown }>(what: T): T => {
      stops.push(() => what.stop());
      return what;
    },
    /** Does `undo` after the test. */
    after: (undo: () => unknown): void => {
      stops.push(undo);
    },
    /** Sets a variable of this process for the test. */
    setVariable: (key: string, value: string): void => {
      const before = process.env[key];
      process.env[key] = value;
      stops.push(() => {
        if (before === undefined) Reflect.deleteProperty(process.env, key);
        else process.env[key] = before;
      });
    },
  };
}
