import * as pulumi from "@pulumi/pulumi";
import type { GetOperationArgs, InputsOf, ListOperationsArgs, OperationResult } from "../lookups";

/**
 * Reads an operation, also in a preview. The outcome is `notFound` if the service doesn't know the operation.
 *
 * @param opts the provider to read with
 * @throws if an argument isn't valid, or if the service gives no definite response
 */
export async function getOperation(args: GetOperationArgs, opts: pulumi.InvokeOptions = {}): Promise<OperationResult> {
  return pulumi.runtime.invoke("cancellation:index:getOperation", { ...args }, opts) as Promise<OperationResult>;
}

/** Reads an operation like {@link getOperation}, with arguments that are outputs of resources. */
export function getOperationOutput(
  args: InputsOf<GetOperationArgs>,
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<OperationResult> {
  return pulumi.runtime
    .invokeOutput<Partial<OperationResult>>("cancellation:index:getOperation", { ...args }, opts)
    .apply((result) => orUnknown(result, result.outcome) as OperationResult);
}

/**
 * Lists operations, done or not, also in a preview. A sweep with the same selection would cancel those with the outcome
 * `running`.
 *
 * @param opts the provider to list with
 * @throws if an argument isn't valid, if more operations than `limit` match, if the service can't list, or if the
 *   service gives no definite response
 */
export async function listOperations(
  args: ListOperationsArgs = {},
  opts: pulumi.InvokeOptions = {},
): Promise<OperationResult[]> {
  const { operations } = (await pulumi.runtime.invoke(
    "cancellation:index:listOperations",
    { ...args },
    opts,
  )) as Listed;
  return operations;
}

/** Lists operations like {@link listOperations}, with arguments that are outputs of resources. */
export function listOperationsOutput(
  args: InputsOf<ListOperationsArgs> = {},
  opts: pulumi.InvokeOutputOptions = {},
): pulumi.Output<OperationResult[]> {
  return pulumi.runtime
    .invokeOutput<Partial<Listed>>("cancellation:index:listOperations", { ...args }, opts)
    .apply(({ operations }) => orUnknown(operations, operations) as OperationResult[]);
}

/**
 * Returns a result, or the unknown value in a preview that doesn't know the provider's arguments. The engine then
 * returns an empty result.
 */
function orUnknown(result: unknown, required: unknown): unknown {
  return required === undefined && pulumi.runtime.isDryRun() ? pulumi.unknown : result;
}

/** The operations of a listing. */
interface Listed {
  /** The operations that match. */
  operations: OperationResult[];
}
