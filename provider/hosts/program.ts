import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../resources/context";

const log = (line: string) => void pulumi.log.info(line);

/** Returns the settings of the running program's stack, for calls that the program itself makes. */
export function programContext(): Context {
  return { config: (key) => pulumi.runtime.getConfig(key), environment: process.env, log };
}
