import { CancellationRequest as DynamicRequest, CancellationSweep as DynamicSweep } from "../../provider";
import { secretSweepOutputs } from "../../provider/outputs";
import { CancellationRequest, CancellationSweep } from "../../provider/plugin";
import { secretArguments } from "../../provider/plugin/provider";
import { commonComparisons, type Comparison } from "../../provider/resources/inputs/diff";
import { comparisons as requestComparisons } from "../../provider/resources/request";
import { comparisons as sweepComparisons } from "../../provider/resources/sweep/steps";
import { Declarations } from "./declarations";
import { metadataOf, readManifest } from "./metadata";
import type { FunctionSpec, PackageSpec, ResourceSpec } from "./spec";
import { SchemaTypes, tokenPrefix } from "./types";

/** The settings of generated SDKs. Each has the version of the plugin. */
const language = {
  nodejs: { packageName: "pulumi-cancellation", respectSchemaVersion: true },
  python: { packageName: "pulumi_cancellation", respectSchemaVersion: true, pyproject: { enabled: true } },
  go: { generateResourceContainerTypes: true, respectSchemaVersion: true },
  csharp: { packageReferences: { Pulumi: "3.*" }, respectSchemaVersion: true },
};

const flags = {
  secret: { ProviderArgs: secretArguments, SweepOutputs: secretSweepOutputs },
  replacing: {
    CancellationRequestArgs: replacingArguments(requestComparisons),
    CancellationSweepArgs: replacingArguments(sweepComparisons),
    ServiceArgs: commonComparisons
      .filter(({ argument, replaces }) => argument === "service" && replaces)
      .flatMap(({ properties = [] }) => properties),
  },
};

/** Returns the arguments of which every change replaces the resource. */
function replacingArguments(comparisons: readonly Comparison<never>[]): string[] {
  return comparisons.filter(({ replaces, properties }) => replaces && !properties).map(({ argument }) => argument);
}

/** A declaration: its file in provider/, and its name. */
type Place = readonly [file: string, name: string];

/** Where a resource is declared. */
interface DeclaredResource {
  readonly type: string;
  /** The type of the dynamic provider's resource, whose state the resource takes over. */
  readonly formerType: string;
  readonly class: Place;
  readonly args: Place;
  readonly outputs: Place;
  /** The arguments of a lookup by the id. */
  readonly state?: Place;
}

const resources: readonly DeclaredResource[] = [
  {
    type: CancellationRequest.__pulumiType,
    formerType: DynamicRequest.__pulumiType,
    class: ["plugin/cancellationRequest.ts", "CancellationRequest"],
    args: ["cancellationRequest.ts", "CancellationRequestArgs"],
    outputs: ["outputs.ts", "RequestOutputs"],
    state: ["cancellationRequest.ts", "CancellationRequestState"],
  },
  {
    type: CancellationSweep.__pulumiType,
    formerType: DynamicSweep.__pulumiType,
    class: ["plugin/cancellationSweep.ts", "CancellationSweep"],
    args: ["cancellationSweep.ts", "CancellationSweepArgs"],
    outputs: ["outputs.ts", "SweepOutputs"],
  },
];

/** Where a function is declared. */
interface DeclaredFunction {
  readonly name: string;
  readonly inputs: Place;
  readonly outputs: Place;
}

const lookups = "plugin/lookups.ts";
const functions: readonly DeclaredFunction[] = [
  { name: "getOperation", inputs: ["lookups.ts", "GetOperationArgs"], outputs: ["lookups.ts", "OperationResult"] },
  { name: "listOperations", inputs: ["lookups.ts", "ListOperationsArgs"], outputs: [lookups, "Listed"] },
];

/** Returns the plugin's schema, without the version, which the plugin adds. */
export function generateSchema(): PackageSpec {
  const declarations = new Declarations(["plugin/index.ts"]);
  const types = new SchemaTypes(declarations, flags);
  const describe = (place: Place) => declarations.describe(declarations.find(...place));
  const objectAt = (place: Place) => types.objectOf(declarations.find(...place));

  const resource = ({ formerType, class: ofClass, args, outputs, state }: DeclaredResource): ResourceSpec => {
    const given = objectAt(args);
    const returned = objectAt(outputs);
    return {
      description: describe(ofClass),
      // Each argument is an output too.
      properties: { ...returned.properties, ...given.properties },
      required: returned.required,
      inputProperties: given.properties,
      requiredInputs: given.required,
      ...(state ? { stateInputs: objectAt(state) } : {}),
      aliases: [{ type: formerType }],
    };
  };
  const lookup = ({ name, inputs, outputs }: DeclaredFunction): FunctionSpec => ({
    description: describe([lookups, name]),
    inputs: objectAt(inputs),
    outputs: objectAt(outputs),
  });

  const { properties: settings } = objectAt(["plugin/provider.ts", "ProviderArgs"]);
  const converted = {
    provider: { description: describe(["plugin/provider.ts", "Provider"]), inputProperties: settings },
    resources: Object.fromEntries(resources.map((each) => [each.type, resource(each)])),
    functions: Object.fromEntries(functions.map((each) => [`${tokenPrefix}${each.name}`, lookup(each)])),
  };
  return { ...metadataOf(readManifest()), config: { variables: settings }, types: types.named, ...converted, language };
}
