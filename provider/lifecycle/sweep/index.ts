import { checkBy } from "../check";
import { failuresIn } from "./settings";

/** The steps of a `CancellationSweep`, as the engine calls them. */
export { create } from "./create";
export { remove } from "./delete";
export { diff } from "./diff";
export { read } from "./read";
export { update } from "./update";

export const check = checkBy(failuresIn);
