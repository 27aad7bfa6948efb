/** Keeps the lines of steps out of the tests' output, for a suite that prints thousands of them. */
export function silence(): void {
  const { log } = console;
  beforeEach(() => {
    console.log = () => undefined;
  });
  afterEach(() => {
    console.log = log;
  });
}
