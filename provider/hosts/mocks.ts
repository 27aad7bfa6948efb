import * as pulumi from "@pulumi/pulumi";
import type { Context } from "../resources/context";
import { validGetArguments, validListArguments } from "../resources/lookups";
import type { Properties } from "../resources/state/record";

/** The mocks of a test. */
type Mocks = Pick<pulumi.runtime.Mocks, "call">;

/**
 * Returns the mocks that `pulumi.runtime.setMocks` installed, or `undefined` if there are none. With mocks, the monitor
 * is an object that holds them. In a deployment, it's a gRPC client.
 */
export function installedMocks(): Mocks | undefined {
  const { mocks } = (pulumi.runtime.getMonitor() ?? {}) as { mocks?: Partial<Mocks> };
  return typeof mocks?.call === "function" ? (mocks as Mocks) : undefined;
}

/** A test depends neither on settings nor on the machine's credentials. */
const noSettings: Context = { config: () => undefined, environment: {}, log: () => undefined };

/** An operation for a message. */
const example = '{ id: "//cloudchannel.googleapis.com/operations/AbC", name: "operations/AbC", outcome: "running" }';

/**
 * Asks the mocks for an operation.
 *
 * @throws an error if an argument isn't valid, or if the mocks return no operation
 */
export async function getMockedOperation(args: Properties, mocks: Mocks): Promise<Properties> {
  const token = "cancellation:index:getOperation";
  const result: unknown = await mocks.call({ token, inputs: validGetArguments(args, noSettings) });
  if (!isOperation(result)) throw missingResult(token, "an operation", example);
  return result;
}

/**
 * Asks the mocks for operations.
 *
 * @throws an error if an argument isn't valid, or if the mocks return no list of operations
 */
export async function listMockedOperations(args: Properties, mocks: Mocks): Promise<Properties[]> {
  const token = "cancellation:index:listOperations";
  const result: unknown = await mocks.call({ token, inputs: validListArguments(args, noSettings) });
  const operations: unknown = Array.isArray(result)
    ? result
    : (result as Properties | null | undefined)?.["operations"];
  if (!Array.isArray(operations) || !operations.every(isOperation)) {
    throw missingResult(token, "a list of operations", `{ operations: [${example}] }`);
  }
  return operations;
}

/** A mock that doesn't know the token often returns an empty object or the inputs, neither of which has an outcome. */
function isOperation(result: unknown): result is Properties {
  return typeof (result as Properties | null | undefined)?.["outcome"] === "string";
}

function missingResult(token: string, expected: string, form: string): Error {
  return new Error(
    `The test's mocks don't return ${expected} for ${token}. In the \`call\` of \`pulumi.runtime.setMocks\`, return ` +
      `for this token, for example, ${form}.`,
  );
}
