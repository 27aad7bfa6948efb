import { runtime } from "@pulumi/pulumi";
import type { Context } from "../resources/context";

/** The settings of the stack whose program this is, for calls that the program itself makes. */
export function programContext(): Context {
  return { config: (key) => runtime.getConfig(key), environment: process.env };
}
