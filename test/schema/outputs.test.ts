import assert from "node:assert/strict";
import { type EmulatorOptions, startEmulator } from "../../provider/emulator";
import { functions } from "../../provider/hosts/plugin/functions";
import * as requestSteps from "../../provider/resources/request";
import type { Properties as Values } from "../../provider/resources/state/record";
import * as sweepSteps from "../../provider/resources/sweep/steps";
import type { ObjectSpec } from "../../scripts/schema/spec";
import { contextOf } from "../resources/request/stage";
import { cleanUps } from "../support/cleanUps";
import { withoutChance } from "../support/withoutChance";
import { type PlainType, plainTypes, request, schema, sweep } from "./schema";

const name = "operations/AbC";
const operations = [
  { name, operationType: "CREATE_ENTITLEMENT" },
  { name: "operations/DeF", done: "succeeded", response: { "@type": "type.googleapis.com/a.B", list: [1, null] } },
  { name: "operations/GhI", done: "failed" },
] as const;

/** Returns the paths at which a value doesn't have the type that the schema says. */
function mismatches(value: unknown, type: PlainType | undefined, path = ""): string[] {
  const within = (inner: object, typeOf: (key: string) => PlainType | undefined) =>
    Object.entries(inner).flatMap(([key, each]) => mismatches(each, typeOf(key), `${path}.${key}`));
  const isObject = typeof value === "object" && value !== null;
  if (type === "any") return [];
  if (type === "integer") return Number.isInteger(value) ? [] : [path];
  if (typeof type !== "object") return typeof value === type ? [] : [path];
  if ("values" in type) return type.values.includes(value as string) ? [] : [path];
  if (!isObject || Array.isArray(value) !== "list" in type) return [path];
  if ("list" in type) return within(value, () => type.list);
  if ("map" in type) return within(value, () => type.map);
  return within(value, (key) => type.object[key]);
}

function assertMatches(outputs: Values, { properties, required = [] }: Pick<ObjectSpec, "properties" | "required">) {
  assert.deepEqual(mismatches(outputs, { object: plainTypes(properties) }), []);
  for (const output of required) assert.ok(outputs[output] !== undefined, output);
}

describe("the schema's outputs", () => {
  withoutChance();
  const { stopping } = cleanUps();
  const enter = async (options: EmulatorOptions = { operations }) => {
    const emulator = stopping(await startEmulator(options));
    return contextOf({}, { CANCELLATION_ENDPOINT: emulator.endpoint });
  };

  for (const [resource, { properties, required = [], inputProperties, requiredInputs = [] }, steps] of [
    ["CancellationRequest", request, requestSteps],
    ["CancellationSweep", sweep, sweepSteps],
  ] as const) {
    it(`are those that the steps of a ${resource} return, with its arguments`, () => {
      const always = [...requiredInputs, ...steps.requiredOutputs];
      assert.deepEqual([...required].sort(), always.sort());
      const all = [...Object.keys(inputProperties), ...always, ...steps.optionalOutputs];
      assert.deepEqual(Object.keys(properties).sort(), [...new Set(all)].sort());
    });
  }

  for (const { name: operation } of [...operations, { name: "operations/missing" }]) {
    it(`have the types of what a request for ${operation} returns`, async () => {
      const context = await enter();
      const inputs = { operation, expect: ["cancelled", "succeeded", "failed", "notFound"], triggers: [1] };
      assertMatches((await requestSteps.create(inputs, context)).outputs, request);
    });
  }

  it("have the types of what a sweep returns, also of cancels of an earlier selection", async () => {
    const context = await enter({ operations: [{ name, onCancel: "ignore" }, { name: "operations/DeF" }] });
    const accepted = { names: [name], cancelOn: "create", waitFor: "accepted" };
    const { id, outputs } = await sweepSteps.create(accepted, context);
    assertMatches(outputs, sweep);
    const updated = await sweepSteps.update(id, outputs, { names: ["operations/DeF"], cancelOn: "create" }, context);
    assert.ok(updated["acknowledged"] && updated["settleTime"]);
    assertMatches(updated, sweep);
  });

  it("have the types of what lookups return", async () => {
    const context = await enter();
    const lookUp = async (token: string, args: Values) => {
      const [call, spec] = [functions[token], schema.functions[token]];
      assert.ok(call && spec);
      assertMatches(await call(args, context), spec.outputs);
    };
    for (const operation of [...operations.map((each) => each.name), "operations/missing"]) {
      await lookUp("cancellation:index:getOperation", { operation });
    }
    await lookUp("cancellation:index:listOperations", {});
  });

  it("are secret if they have names of an earlier selection, which may have been a secret", () => {
    const secret = Object.keys(sweep.properties).filter((output) => sweep.properties[output]?.secret);
    assert.deepEqual(secret, ["acknowledged"]);
    assert.ok(!Object.values(request.properties).some((output) => output.secret));
  });
});
