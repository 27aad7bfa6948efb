import { gates } from "../provider/operations/gate";

export const mochaHooks = {
  /** Servers are given the ports of earlier ones: none is to meet a gate that another's failures have closed. */
  beforeEach(): void {
    gates.clear();
  },
};
