import { startEmulator, type Emulator, type EmulatorOptions, type OperationSpec } from "../../../provider/emulator";
import type { Properties } from "../../../provider/resources/state/record";
import * as steps from "../../../provider/resources/sweep/steps";
import { cleanUps } from "../../support/cleanUps";
import { withoutChance } from "../../support/withoutChance";
import { contextOf, methodsOf } from "../request/stage";

export { contextOf, failure, partial, unknownValue } from "../request/stage";

export const id = "//cloudchannel.googleapis.com/operations#0a1b2c3d";
export const then = "2026-01-01T00:00:00.000Z";

/** The default time limit of a step, ten minutes, in milliseconds. */
export const tenMinutes = 600_000;

/** Returns running operations with these last segments. */
export function operations(...names: string[]): OperationSpec[] {
  return names.map((name) => ({ name: `operations/${name}` }));
}

/** Returns `count` operations, named by number. */
export function numbered(count: number, spec: OperationSpec = {}, prefix = "operations/"): OperationSpec[] {
  return Array.from({ length: count }, (_, index) => ({ ...spec, name: `${prefix}${index + 1}` }));
}

/**
 * Returns `enter`, which starts an emulator for a test and returns the steps. Cloud Channel's calls go to the emulator.
 * Call `stage` in a `describe`.
 */
export function stage() {
  withoutChance();
  const cleanUp = cleanUps();
  const time = timeMachine();
  const lines = capturedLines();
  const enter = async (options: EmulatorOptions = {}) => {
    const emulator = cleanUp.stopping(await startEmulator({ now: () => Date.now() + time.ahead(), ...options }));
    return { emulator, ...stepsAgainst(emulator.endpoint), ...callsOf(emulator) };
  };
  return { enter, time, lines, ...cleanUp };
}

/** Returns the steps, with Cloud Channel's calls sent to `endpoint`. */
export function stepsAgainst(endpoint: string) {
  // In the environment, for the services of all tests. The lines go where those of the host go.
  const context = { ...contextOf({}, { CANCELLATION_ENDPOINT: endpoint }), log };
  return {
    /** Creates a sweep that cancels at its creation. It selects everything unless `inputs` selects. */
    create: (inputs: Properties = {}) => steps.create(sweeping(inputs), context),
    read: (outputs: Properties = {}) => steps.read(id, outputs, context),
    diff: (outputs: Properties, inputs: Properties) => steps.diff(outputs, inputs, context),
    update: (outputs: Properties, inputs: Properties = {}) =>
      steps.update(id, sweeping(outputs), sweeping(inputs), context),
    /** Deletes a sweep that cancels at its deletion. */
    remove: (properties: Properties = {}) => steps.remove(selecting(properties), context),
    /** Creates a sweep that cancels at its deletion. */
    watch: (properties: Properties = {}) => steps.create(selecting(properties), context),
  };
}

/** Shows the lines of sweeps, without the line that shows where calls go. */
function log(line: string): void {
  if (!line.startsWith("Calls go to")) console.log(line);
}

/** Returns the arguments, and selects everything if they select nothing. */
export function selecting(inputs: Properties): Properties {
  return ["filter", "match", "names"].some((argument) => argument in inputs) ? inputs : { all: true, ...inputs };
}

function sweeping(inputs: Properties): Properties {
  return { cancelOn: "create", ...selecting(inputs) };
}

function callsOf(emulator: Emulator) {
  const count = (method: "cancel" | "get" | "list", name?: string) => emulator.calls.count(method, name);
  return {
    calls: () => methodsOf(emulator),
    cancels: (name?: string) => count("cancel", name),
    gets: (name?: string) => count("get", name),
    lists: () => count("list"),
    /** Returns the last segments of the cancelled operations, sorted. */
    cancelled: () =>
      emulator.calls
        .all({ method: "cancel" })
        .map(({ name = "" }) => name.replace(/^.*\//, ""))
        .sort(),
  };
}

/** Moves the clocks of deadlines and of emulators ahead. */
function timeMachine() {
  const now = performance.now.bind(performance);
  let ahead = 0;
  beforeEach(() => {
    ahead = 0;
    performance.now = () => now() + ahead;
  });
  afterEach(() => {
    performance.now = now;
  });
  return {
    ahead: () => ahead,
    pass: (milliseconds: number) => {
      ahead += milliseconds;
    },
  };
}

/** Captures the lines that the steps print, which the engine would show. */
function capturedLines(): string[] {
  const { log } = console;
  const lines: string[] = [];
  beforeEach(() => {
    lines.length = 0;
    console.log = (line: string) => lines.push(line);
  });
  afterEach(() => {
    console.log = log;
  });
  return lines;
}
