import type * as messages from "@pulumi/pulumi/proto/resource_pb";
import type { Timeouts } from "./resourceState";

const seconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3_600,
};
const goUnit = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
/** Matches what Go's `time.ParseDuration` accepts. The engine parses custom timeouts with it. */
const goDuration = new RegExp(`^[+-]?(?:0|(?:${goUnit.source})+)$`);

/** Returns the time limits that a resource has. */
export function timeoutsOf(request: messages.RegisterResourceRequest): Timeouts {
  const { create = "", read = "", update = "", pb_delete = "" } = request.getCustomtimeouts()?.toObject() ?? {};
  const given = Object.entries({ create, read, update, delete: pb_delete }).filter(([, duration]) => duration !== "");
  return Object.fromEntries(given.map(([step, duration]) => [step, secondsOf(duration)]));
}

function secondsOf(duration: string): number {
  if (!goDuration.test(duration)) throw new Error(`unable to parse customTimeout Value ${duration}`);
  const parts = [...duration.matchAll(goUnit)].map(([, count, unit = ""]) => Number(count) * (seconds[unit] ?? 0));
  return parts.reduce((sum, part) => sum + part, 0);
}
