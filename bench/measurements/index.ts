import type { Measurement } from "../measurement";
import { latency } from "./latency";
import { load } from "./load";
import { memory } from "./memory";
import { settle } from "./settle";
import { stack } from "./stack";
import { sweep } from "./sweep";
import { tokens } from "./tokens";

/** In the order in which they are made, and told. */
export const measurements: readonly Measurement[] = [sweep, stack, latency, memory, settle, load, tokens];
