import { gates } from "../provider/operations/gate";

/** Has the next call to a host made as a new process would make it, whatever earlier calls came to. */
export function forgetHost(endpoint: string): void {
  gates.delete(endpoint);
}

export const mochaHooks = {
  /** Servers are given the ports of earlier ones: none is to meet a gate that another's failures have closed. */
  beforeEach(): void {
    gates.clear();
  },
};
