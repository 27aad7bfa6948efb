import assert from "node:assert/strict";
import type * as v from "valibot";
import { argumentVariables } from "../../provider/hosts/plugin/settings";
import { outcomes } from "../../provider/operations/outcome";
import { secretArguments } from "../../provider/plugin/provider";
import { cancelOns, expectable, waitFors } from "../../provider/resources/inputs/schema";
import { getArguments, listArguments } from "../../provider/resources/lookups";
import * as requestSteps from "../../provider/resources/request";
import { requestArguments } from "../../provider/resources/requestInputs";
import type { Properties } from "../../provider/resources/state/record";
import { sweepArguments } from "../../provider/resources/sweep/inputs";
import * as sweepSteps from "../../provider/resources/sweep/steps";
import type { PropertySpec, ResourceSpec } from "../../scripts/schema/spec";
import { contextOf } from "../resources/request/stage";
import { namedType, type PlainType, plainTypes, request, schema, sweep } from "./schema";

/** Arguments that a program doesn't set: an option of the resource, and one that the resource's class sets. */
const notOfPrograms = ["customTimeouts", "operations"];

type Validations = Readonly<Record<string, v.GenericSchema>>;

function ofPrograms(validations: Validations): Validations {
  return Object.fromEntries(Object.entries(validations).filter(([name]) => !notOfPrograms.includes(name)));
}

/** The parts of valibot's schemas that say which type they accept. */
interface Validation {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Validation[];
  readonly wrapped?: Validation;
  readonly item?: Validation;
  readonly options?: readonly string[];
  readonly entries?: Readonly<Record<string, Validation>>;
}

/** Returns the type that a validation accepts. */
function acceptedType({ type, pipe, wrapped, item, options, entries }: Validation): PlainType {
  if (wrapped) return acceptedType(wrapped);
  if (pipe) {
    if (pipe.some((step) => step.type === "integer")) return "integer";
    const inner = pipe.find((step) => step.kind === "schema" && step.type !== "custom");
    // The first step of a pipe is its own schema.
    if (inner) return acceptedType({ ...inner, ...(inner.pipe === pipe ? { pipe: [] } : {}) });
  }
  if (item) return { list: acceptedType(item) };
  if (options) return { values: [...options].sort() };
  if (entries) return { object: acceptedTypes(entries) };
  return type === "unknown" ? "any" : type;
}

function acceptedTypes(validations: Readonly<Record<string, unknown>>): Record<string, PlainType> {
  return Object.fromEntries(
    Object.entries(validations).map(([name, validation]) => [name, acceptedType(validation as Validation)]),
  );
}

/** Two values of each argument, of which the second is a change. */
const changes: Readonly<Record<string, readonly [unknown, unknown]>> = {
  operation: ["operations/a", "operations/b"],
  collection: ["operations", "projects/p/operations"],
  filter: ["a", "b"],
  match: [{ name: "a" }, { name: "b" }],
  names: [["operations/a"], ["operations/b"]],
  all: [false, true],
  limit: [1, 2],
  concurrency: [1, 2],
  waitFor: ["settled", "accepted"],
  expect: [["cancelled"], ["failed"]],
  report: ["a", "b"],
  impersonateServiceAccount: ["a@example.com", "b@example.com"],
  subject: ["a@example.com", "b@example.com"],
  cancelOn: ["create", "delete"],
  triggers: [[1], [2]],
};
const serviceChanges: Readonly<Record<string, readonly [unknown, unknown]>> = {
  endpoint: ["https://a.example.com", "https://b.example.com"],
  version: ["v1", "v2"],
  scopes: [["openid"], ["email"]],
};

describe("the schema's arguments", () => {
  for (const [name, { inputProperties, requiredInputs }, validations] of [
    ["CancellationRequest", request, ofPrograms(requestArguments)],
    ["CancellationSweep", sweep, ofPrograms(sweepArguments)],
  ] as const) {
    it(`are those that the validation of a ${name} accepts, with the same types`, () => {
      assert.deepEqual(plainTypes(inputProperties), acceptedTypes(validations));
    });

    it(`are required for a ${name} if the validation requires them`, () => {
      const required = Object.keys(validations).filter((argument) => validations[argument]?.type !== "optional");
      assert.deepEqual(requiredInputs ?? [], required);
    });
  }

  it("are those that lookups accept, with the types of the resources' arguments", () => {
    const types = { ...acceptedTypes(sweepArguments), ...acceptedTypes(requestArguments), timeout: "string" };
    for (const [name, accepted, required] of [
      ["getOperation", getArguments, ["operation"]],
      ["listOperations", listArguments, undefined],
    ] as const) {
      const { inputs } = schema.functions[`cancellation:index:${name}`] ?? {};
      const expected = Object.fromEntries(
        accepted.map((argument) => [argument, types[argument as keyof typeof types]]),
      );
      assert.deepEqual(plainTypes(inputs?.properties ?? {}), expected);
      assert.deepEqual(inputs?.required, required);
    }
  });

  it("have the values that the validation accepts and the steps return", () => {
    for (const [name, values] of [
      ["CancelOn", cancelOns],
      ["WaitFor", waitFors],
      ["OutcomeExpectation", expectable],
      ["Outcome", outcomes],
    ] as const) {
      const type = namedType(name);
      assert.ok("enum" in type, name);
      assert.deepEqual(type.enum.map(({ value }) => value).sort(), [...values].sort());
    }
  });

  describe("a change of an argument", () => {
    for (const [resource, { inputProperties }, { diff }] of [
      ["CancellationRequest", request, requestSteps],
      ["CancellationSweep", sweep, sweepSteps],
    ] as const) {
      const replaces = (argument: string, [before, after]: readonly [unknown, unknown]) => {
        const base: Properties = resource === "CancellationRequest" ? { operation: "operations/a" } : { all: true };
        const difference = diff({ ...base, [argument]: before }, { ...base, [argument]: after }, contextOf());
        assert.ok(
          difference.changed.some((change) => change.argument === argument),
          argument,
        );
        return difference.replaces.includes(argument);
      };
      const flagged = ({ willReplaceOnChanges }: PropertySpec) => willReplaceOnChanges === true;

      it(`replaces a ${resource} if the schema says so, and updates it otherwise`, () => {
        for (const [argument, property] of Object.entries(inputProperties)) {
          if (argument === "service") continue;
          const change = changes[argument];
          assert.ok(change, argument);
          assert.equal(flagged(property), replaces(argument, change), argument);
        }
      });

      it(`replaces a ${resource} if the schema says so of a property of its service`, () => {
        const service = namedType("Service");
        assert.ok("properties" in service);
        for (const [name, property] of Object.entries(service.properties)) {
          const change = serviceChanges[name];
          assert.ok(change, name);
          const [before, after] = change;
          assert.equal(flagged(property), replaces("service", [{ [name]: before }, { [name]: after }]), name);
        }
      });
    }
  });
});

describe("the schema's arguments of the provider", () => {
  const { inputProperties }: ResourceSpec = schema.provider;

  it("are those that the plugin reads, also from the stack's config", () => {
    assert.deepEqual(Object.keys(inputProperties).sort(), Object.keys(argumentVariables).sort());
    assert.deepEqual(schema.config.variables, inputProperties);
  });

  it("are secret if they are credentials", () => {
    const secret = Object.keys(inputProperties).filter((name) => inputProperties[name]?.secret);
    assert.deepEqual(secret.sort(), ["accessToken", "credentials"]);
    assert.deepEqual([...secretArguments].sort(), secret);
  });

  it("name their environment variables in the description", () => {
    for (const [name, { description }] of Object.entries(inputProperties)) {
      const named = [...description.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, variable]) => variable);
      assert.deepEqual(named, argumentVariables[name], name);
    }
  });
});
