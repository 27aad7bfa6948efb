/** Takes the chance out of back-off and jitter: between two tries of a call there is no pause then. */
export function withoutChance(): void {
  const { random } = Math;
  beforeEach(() => {
    Math.random = () => 0;
  });
  afterEach(() => {
    Math.random = random;
  });
}
