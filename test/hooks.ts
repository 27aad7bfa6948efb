import { circuitBreakers } from "../provider/operations/circuitBreaker";

/** Has the next call to a host made as a new process would make it, whatever earlier calls came to. */
export function forgetHost(endpoint: string): void {
  circuitBreakers.delete(endpoint);
}

export const mochaHooks = {
  /** A server may get the port of an earlier one, whose failures must not count against it. */
  beforeEach(): void {
    circuitBreakers.clear();
  },
};
