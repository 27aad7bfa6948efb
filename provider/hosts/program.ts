import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../resources/context";

/** The settings of the stack whose program this is, for calls that the program itself makes. */
export function programContext(): Context {
  const log = (line: string) => void pulumi.log.info(line);
  return { config: (key) => pulumi.runtime.getConfig(key), environment: process.env, log };
}
