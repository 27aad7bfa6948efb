import { codeName, type Operation } from "../operations";
import { bounded, boundedList, boundedText } from "./bounded";
import { fit } from "./foreign";

/** Properties of a resource, as Pulumi hands them over and takes them back. */
export type Properties = Readonly<Record<string, unknown>>;

/** The outputs that tell of an operation as it was read; what it does not have is left out. */
export function operationOutputs({ done, error, metadata, response }: Operation): Properties {
  const operationType = metadata?.["operationType"];
  return {
    done,
    ...(error
      ? {
          error: {
            code: error.code,
            status: codeName(error.code),
            message: boundedText(fit(error.message)),
            details: boundedList(fit(error.details)),
          },
        }
      : {}),
    ...(metadata ? { metadata: bounded(fit(metadata)) } : {}),
    ...(response ? { response: bounded(fit(response)) } : {}),
    ...(typeof operationType === "string" ? { operationType: boundedText(fit(operationType)) } : {}),
  };
}

/** The names of the properties that {@link operationOutputs} writes. */
export const operationKeys = ["done", "error", "metadata", "response", "operationType"] as const;
