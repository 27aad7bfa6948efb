/** The steps of a `CancellationSweep`, as the engine calls them. */
export { check } from "./check";
export { create } from "./create";
export { remove } from "./delete";
export { diff } from "./diff";
export { read } from "./read";
export { update } from "./update";
