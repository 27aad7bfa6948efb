import type { Context } from "../../resources/context";
import type { StepDifference } from "../../resources/inputs/diff";
import type { Issue } from "../../resources/inputs/schema";
import { unknownOutputs } from "../../resources/preview";
import * as requestSteps from "../../resources/request";
import { preview as previewRequest } from "../../resources/requestPreview";
import { preview as previewSweep } from "../../resources/sweep/preview";
import * as sweepSteps from "../../resources/sweep/steps";
import type { Properties } from "../../resources/state/record";

/** The steps of a resource that the engine calls. */
export interface Steps {
  readonly optionalOutputs: readonly string[];
  check(inputs: Properties, context: Context): { inputs: Properties; failures: Issue[] };
  diff(outputs: Properties, inputs: Properties, context: Context): StepDifference;
  preview(inputs: Properties, context: Context, old?: Properties): Promise<Properties>;
  previewWithoutReads(inputs: Properties): Properties;
  create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }>;
  read(id: string, outputs: Properties, context: Context): Promise<Properties>;
  importById(
    id: string,
    context: Context,
  ): Promise<{ inputs: Properties; outputs: Properties } | undefined> | undefined;
  update(id: string, outputs: Properties, inputs: Properties, context: Context): Promise<Properties>;
  remove(outputs: Properties, context: Context): Promise<void>;
}

interface Outputs {
  readonly requiredOutputs: readonly string[];
  readonly optionalOutputs: readonly string[];
}

function withoutReads({ requiredOutputs, optionalOutputs }: Outputs) {
  return (inputs: Properties) => ({ ...inputs, ...unknownOutputs([...requiredOutputs, ...optionalOutputs]) });
}

const steps: Readonly<Record<string, Steps>> = {
  "cancellation:index:CancellationRequest": {
    ...requestSteps,
    preview: previewRequest,
    previewWithoutReads: withoutReads(requestSteps),
  },
  "cancellation:index:CancellationSweep": {
    ...sweepSteps,
    preview: previewSweep,
    previewWithoutReads: withoutReads(sweepSteps),
  },
};

/** @throws if the package has no resource of this type */
export function stepsOf(type: string): Steps {
  const found = steps[type];
  if (found) return found;
  throw new Error(`The package cancellation has no resource ${type}. It has ${Object.keys(steps).join(" and ")}.`);
}
