import { startEmulator, type Emulator, type EmulatorOptions } from "../../../provider/emulator";
import type { Context } from "../../../provider/resources/context";
import { PartialError } from "../../../provider/resources/errors";
import type { Properties } from "../../../provider/resources/state/record";
import * as steps from "../../../provider/resources/request";
import { cleanUps } from "../../support/cleanUps";
import { rejection } from "../../support/rejection";
import { withoutChance } from "../../support/withoutChance";

export const name = "operations/AbC";
export const id = `//cloudchannel.googleapis.com/${name}`;
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Returns a context with config by full names, and with an environment without an identity. */
export function contextOf(config: Readonly<Record<string, string>> = {}, environment: NodeJS.ProcessEnv = {}): Context {
  return { config: (key) => config[key], environment, log: () => undefined };
}

/**
 * Returns `enter`, which starts an emulator for a test and returns the steps. Cloud Channel's calls go to the emulator.
 * Call `stage` in a `describe`.
 */
export function stage() {
  withoutChance();
  const cleanUp = cleanUps();
  const enter = async (options: EmulatorOptions = {}) => {
    const emulator = cleanUp.stopping(await startEmulator(options));
    return { emulator, ...stepsAgainst(emulator.endpoint), calls: () => methodsOf(emulator) };
  };
  return { enter, ...cleanUp };
}

/** Returns the steps, with Cloud Channel's calls sent to `endpoint`. */
export function stepsAgainst(endpoint: string, config: Readonly<Record<string, string>> = {}) {
  // In the environment, for the services of all tests.
  const context = contextOf(config, { CANCELLATION_ENDPOINT: endpoint });
  return {
    create: (inputs: Properties = {}) => steps.create({ operation: name, ...inputs }, context),
    read: (outputs: Properties = {}, of = id) => steps.read(of, outputs, context),
    update: (outputs: Properties, inputs: Properties = {}) =>
      steps.update(id, { operation: name, ...outputs }, { operation: name, ...inputs }, context),
    remove: (outputs: Properties) => steps.remove({ operation: name, ...outputs }, context),
  };
}

/** Returns the called methods, in order. */
export function methodsOf(emulator: Emulator): string[] {
  return emulator.calls.all().map(({ method }) => method);
}

/** Returns the partial creation that `work` ends with. */
export async function partial(work: Promise<unknown>): Promise<PartialError> {
  const error = await rejection(work);
  if (error instanceof PartialError) return error;
  throw new Error(`no partial creation, but ${String(error)}`);
}

/** Returns the error of `work`, which leaves no partial creation. */
export async function failure(work: Promise<unknown>): Promise<Error> {
  const error = await rejection(work);
  if (error instanceof PartialError) throw new Error(`a partial creation: ${error.message}`);
  return error;
}
