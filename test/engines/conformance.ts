import * as assert from "node:assert/strict";
import type { ResourceState, Result, Stack } from "./engine";
import type { Behaviour, Call, Declaration, Program, TestProject } from "./testProject";
import { nameOf } from "./urns";

const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export type Declare = (
  properties?: Readonly<Record<string, unknown>>,
  options?: Readonly<Record<string, unknown>>,
) => Declaration;

/** Declares a resource that the provider updates when `value` changes, and replaces when `kind` changes. */
export function named(name: string): Declare {
  return (properties = {}, options = {}) => ({ name, properties: { value: 1, kind: "x", ...properties }, options });
}

/** Deploys a program with a provider that behaves as given. */
export async function deploy(
  project: TestProject,
  stack: Stack,
  program: Program | readonly Declaration[],
  behaviour: Behaviour = {},
): Promise<Result> {
  project.declare(program);
  project.behave(behaviour);
  return stack.up();
}

/** Returns the only resource of this name among resources. */
export function only(resources: readonly ResourceState[], name: string): ResourceState {
  const found = allNamed(resources, name);
  assert.equal(found.length, 1, `one resource named ${name}`);
  return found[0] as ResourceState;
}

export function allNamed(resources: readonly ResourceState[], name: string): readonly ResourceState[] {
  return resources.filter(({ urn }) => nameOf(urn) === name);
}

export function stepsOf({ steps }: Result): string[] {
  return steps.map(({ op, urn }) => `${op} ${nameOf(urn)}`);
}

export function methodsOf(calls: readonly Call[]): string[] {
  return calls.map(({ method, name }) => (name === undefined ? method : `${method} ${name}`));
}

export function callOf(calls: readonly Call[], title: string): Call {
  const found = calls.find((call) => methodsOf([call])[0] === title);
  assert.ok(found, `a call ${title} among ${methodsOf(calls).join(", ")}`);
  return found;
}

export function expectSuccess(result: Result): Result {
  assert.ok(result.succeeded, result.output);
  return result;
}

export function assertHidden(value: unknown, message?: string): void {
  assert.equal(typeof value, "object", message);
  const envelope = value as Record<string, unknown>;
  assert.equal(envelope["4dabf18193072939515e22adb298388d"], secretSignature, message);
  assert.equal(typeof envelope["ciphertext"], "string", message);
  assert.equal("plaintext" in envelope, false, message);
}
