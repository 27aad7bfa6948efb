import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../resources/context";

/**
 * The log function of each deployment, by its monitor. A process has several deployments if it runs inline programs of
 * the Automation API. Each must show the lines that are shown only once, which the function's identity stands for.
 */
const logs = new WeakMap<object, Context["log"]>();

/** Stands for the monitor outside a deployment. */
const noMonitor = {};

function deploymentLog(): Context["log"] {
  const monitor: object = pulumi.runtime.getMonitor() ?? noMonitor;
  const log = logs.get(monitor) ?? ((line: string) => void pulumi.log.info(line));
  logs.set(monitor, log);
  return log;
}

/** Returns the settings of the running program's stack, for calls that the program itself makes. */
export function programContext(): Context {
  return { config: (key) => pulumi.runtime.getConfig(key), environment: process.env, log: deploymentLog() };
}
