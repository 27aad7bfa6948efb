import { circuitBreakers } from "../provider/operations/circuitBreaker";

export const mochaHooks = {
  /** A server may get the port of an earlier one, whose failures must not count against it. */
  beforeEach(): void {
    circuitBreakers.clear();
  },
};
