import { runtime } from "@pulumi/pulumi";
import type { Context } from "../resources/context";

/** Returns the settings of the running program's stack, for calls that the program itself makes. */
export function programContext(): Context {
  return { config: (key) => runtime.getConfig(key), environment: process.env };
}
