import type { Context } from "../context";
import type { Properties } from "../operationOutputs";
import type { Failure } from "../validation";
import { failuresIn } from "./settings";

/** Validates everything that is known. The arguments go into the state as they were written, without defaults filled in. */
export function check(inputs: Properties, context: Context): { inputs: Properties; failures: Failure[] } {
  return { inputs, failures: failuresIn(inputs, context) };
}
