import * as assert from "node:assert/strict";
import { setTimeout as after } from "node:timers/promises";
import { allNamed, assertHidden, callOf, deploy, expectSuccess, methodsOf, named, only, stepsOf } from "./conformance";
import { type ConfigValue, describeOnBothEngines, type ResourceState, type Result, type Stack } from "./index";
import { unknown } from "./testPlugin";
import { type Behaviour, type Declaration, type Program, TestProject } from "./testProject";
import { nameOf } from "./urns";

describeOnBothEngines("an engine", (engine) => {
  let project: TestProject;
  let stack: Stack;

  beforeEach(() => {
    project = new TestProject();
  });

  afterEach(async () => {
    await (stack as Stack | undefined)?.dispose();
    project.remove();
  });

  async function open(config: Readonly<Record<string, ConfigValue>> = {}): Promise<void> {
    stack = await engine.open({ directory: project.directory, config });
  }

  async function up(program: Program | readonly Declaration[], behaviour: Behaviour = {}): Promise<Result> {
    return deploy(project, stack, program, behaviour);
  }

  async function succeedingUp(program: Program | readonly Declaration[], behaviour: Behaviour = {}): Promise<Result> {
    return expectSuccess(await up(program, behaviour));
  }

  async function resource(name: string): Promise<ResourceState> {
    return only((await stack.state()).resources, name);
  }

  async function resources(name: string): Promise<readonly ResourceState[]> {
    return allNamed((await stack.state()).resources, name);
  }

  describe("an up with new or changed resources", () => {
    it("checks and creates new resources, and passes them the outputs of their dependencies", async () => {
      await open();
      const result = await succeedingUp({
        resources: [a(), b({ from: { $output: "a.result" } })],
        outputs: { result: { $output: "b.result" }, id: { $output: "a.id" } },
      });

      assert.deepEqual(stepsOf(result), ["create a", "create b"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), ["configure", "check a", "create a", "check b", "create b"]);
      assert.deepEqual(callOf(calls, "check a").olds, {});
      assert.equal(callOf(calls, "create b").news?.["from"], "made 1");
      assert.deepEqual(await stack.outputs(), { result: "made 1", id: "a-x" });

      const state = await resource("b");
      assert.equal(state.id, "b-x");
      assert.equal(state.urn, "urn:pulumi:test::conformance::pulumi-nodejs:dynamic/test:Recorded::b");
      assert.equal(state.type, "pulumi-nodejs:dynamic/test:Recorded");
      assert.equal(state.custom, true);
      assert.deepEqual(state.dependencies, [(await resource("a")).urn]);
      assert.deepEqual(withoutProvider(state.inputs), { name: "b", value: 1, kind: "x", from: "made 1" });
      assert.deepEqual(withoutProvider(state.outputs), { ...withoutProvider(state.inputs), result: "made 1" });
      assert.match(result.output, /\+ {2}pulumi-nodejs:dynamic\/test:Recorded a created/);
      assert.match(result.output, /the program says hello/);
      assert.match(result.output, /checking a/, "lines of the provider are shown");
    });

    it("keeps the old outputs of an unchanged resource, and records its new inputs", async () => {
      await open();
      await succeedingUp([a({ ignored: "old" })]);
      project.calls();

      const result = await succeedingUp([a({ ignored: "new" })]);

      assert.deepEqual(stepsOf(result), ["same a"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), ["configure", "check a", "diff a"]);
      assert.equal(callOf(calls, "check a").olds?.["ignored"], "old");
      assert.equal(callOf(calls, "check a").olds?.["result"], undefined, "check is given the old inputs");
      assert.equal(callOf(calls, "diff a").olds?.["result"], "made 1", "diff is given the old outputs");
      assert.equal(callOf(calls, "diff a").id, "a-x");
      const state = await resource("a");
      assert.equal(state.inputs["ignored"], "new");
      assert.equal(state.outputs["ignored"], "old");
    });

    it("updates a changed resource, and the resources that use its new outputs", async () => {
      await open();
      await succeedingUp([a(), b({ value: { $output: "a.result" } })]);
      project.calls();

      const result = await succeedingUp([a({ value: 2 }), b({ value: { $output: "a.result" } })]);

      assert.deepEqual(stepsOf(result), ["update a", "update b"]);
      const calls = project.calls();
      assert.equal(callOf(calls, "update a").olds?.["result"], "made 1");
      assert.equal(callOf(calls, "update b").news?.["value"], "updated 2");
      assert.equal((await resource("b")).outputs["result"], "updated updated 2");
    });

    it("replaces a resource with a new check and create, updates its dependents, and deletes it last", async () => {
      await open();
      await succeedingUp([a(), b({ value: { $output: "a.id" } })]);
      project.calls();

      const result = await succeedingUp([a({ kind: "y" }), b({ value: { $output: "a.id" } })]);

      assert.deepEqual(stepsOf(result), ["create-replacement a", "replace a", "update b", "delete-replaced a"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), [
        ...["configure", "check a", "diff a", "check a", "create a"],
        ...["check b", "diff b", "update b", "delete a"],
      ]);
      const checks = calls.filter(({ method, name }) => method === "check" && name === "a");
      assert.deepEqual(
        checks.map(({ olds }) => olds?.["kind"]),
        ["x", undefined],
      );
      assert.equal(callOf(calls, "delete a").id, "a-x");
      assert.equal(callOf(calls, "delete a").olds?.["result"], "made 1");
      assert.equal((await resource("a")).id, "a-y");
    });

    it("creates independent resources at the same time", async () => {
      await open();
      await succeedingUp([a(), b()], {
        a: { create: { until: "create b" } },
        b: { create: { until: "create a" } },
      });

      const methods = methodsOf(project.calls()).filter((call) => call.startsWith("create"));
      assert.deepEqual(methods.slice(0, 2).sort(), ["create a", "create b"], "both begin before one goes on");
    });
  });

  describe("a deletion", () => {
    it("removes resources that are no longer in the program, dependents first", async () => {
      await open();
      await succeedingUp([a(), b({}, { dependsOn: ["a"] }), c({ from: { $output: "b.result" } }), d()]);
      project.calls();

      const result = await succeedingUp([d()]);

      assert.deepEqual(stepsOf(result), ["same d", "delete c", "delete b", "delete a"]);
      const deletions = project.calls().filter(({ method }) => method === "delete");
      assert.deepEqual(methodsOf(deletions), ["delete c", "delete b", "delete a"]);
      assert.equal(deletions[0]?.id, "c-x");
      assert.equal(deletions[0].olds?.["result"], "made 1");
      assert.deepEqual(await resources("a"), []);
    });

    it("is retried in the next run when it fails, and the resource and its dependencies stay", async () => {
      await open();
      await succeedingUp([a(), b({}, { dependsOn: ["a"] })]);

      const failed = await up([], { b: { delete: { error: "it is in use" } } });
      assert.equal(failed.succeeded, false);
      assert.match(failed.output, /it is in use/);
      assert.deepEqual(stepsOf(failed), ["delete b"]);
      assert.equal((await resource("b")).id, "b-x");
      assert.equal((await resource("a")).id, "a-x");

      assert.deepEqual(stepsOf(await succeedingUp([])), ["delete b", "delete a"]);
    });

    it("is retried in the next run when it fails for a replaced resource", async () => {
      await open();
      await succeedingUp([a()]);
      const failed = await up([a({ kind: "y" })], { a: { delete: { error: "it is in use" } } });
      assert.equal(failed.succeeded, false);
      assert.deepEqual((await resources("a")).map(({ id }) => id).sort(), ["a-x", "a-y"]);
      project.calls();

      const result = await succeedingUp([a({ kind: "y" })]);

      assert.deepEqual(stepsOf(result), ["same a", "delete-replaced a"]);
      assert.equal(callOf(project.calls(), "delete a").id, "a-x");
      assert.equal((await resource("a")).id, "a-y");
    });

    it("doesn't reach the provider for a retained resource", async () => {
      await open();
      await succeedingUp([a({}, { retainOnDelete: true }), b()]);
      project.calls();

      const result = await succeedingUp([]);

      assert.deepEqual(stepsOf(result).sort(), ["delete a", "delete b"]);
      assert.deepEqual(
        methodsOf(project.calls()).filter((call) => call.startsWith("delete")),
        ["delete b"],
      );
      assert.deepEqual(await resources("a"), []);
    });

    it("goes in reverse order in a destroy, with the last up's config and the current environment", async () => {
      await open({ greeting: "hello" });
      await succeedingUp([a(), b({}, { dependsOn: ["a"] })]);
      await stack.setConfig("greeting", "good morning");
      stack.setEnvironment("FROM_THE_TEST", "live");
      project.declare({ resources: [], throws: "the program is not run" });
      project.calls();

      const result = expectSuccess(await stack.destroy());

      assert.deepEqual(stepsOf(result), ["delete b", "delete a"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), ["configure", "delete b", "delete a"]);
      assert.equal(callOf(calls, "configure")["greeting"], "hello");
      assert.equal(callOf(calls, "configure")["environment"], "live");
      assert.deepEqual((await stack.state()).resources, []);
    });
  });

  describe("a preview", () => {
    it("checks resources, creates nothing, and passes unknown values as unknown", async () => {
      await open();
      project.declare({
        resources: [a(), b({ value: { $output: "a.result" }, deep: { list: [{ $output: "a.id" }] } })],
        outputs: { known: { $output: "a.value" }, unknown: { $output: "b.result" } },
      });

      const result = expectSuccess(await stack.preview());

      assert.deepEqual(stepsOf(result), ["create a", "create b"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), ["configure", "check a", "check b"]);
      assert.equal(callOf(calls, "check b").news?.["value"], unknown);
      assert.deepEqual(callOf(calls, "check b").news?.["deep"], { list: [unknown] });
      assert.deepEqual((await stack.state()).resources, []);
    });

    it("shows updates, replacements and deletions of existing resources, and makes none of them", async () => {
      await open();
      await succeedingUp([a(), b({ value: { $output: "a.result" } }), c(), d()]);
      const before = await stack.state();
      project.calls();
      project.declare([a({ value: 2 }), b({ value: { $output: "a.result" } }), c({ kind: "y" })]);

      const result = expectSuccess(await stack.preview());

      assert.deepEqual(stepsOf(result).sort(), [
        ...["create-replacement c", "delete d", "delete-replaced c", "replace c", "update a", "update b"],
      ]);
      const calls = project.calls();
      assert.ok(!methodsOf(calls).some((call) => /^(create|update|delete)/.test(call)));
      assert.equal(callOf(calls, "diff b").news?.["value"], unknown, "an update makes its outputs unknown");
      assert.deepEqual(await stack.state(), before);
    });
  });

  describe("the name of a resource", () => {
    it("can change without a create and a delete when the resource has an alias", async () => {
      await open();
      await succeedingUp([b(), c({}, { dependsOn: ["b"] })]);
      project.calls();

      const renamed = { ...b(), name: "e", options: { aliases: [{ name: "b" }] } };
      const result = await succeedingUp([renamed, c({}, { dependsOn: ["e"] })]);

      assert.deepEqual(stepsOf(result).sort(), ["same c", "same e"]);
      assert.ok(!methodsOf(project.calls()).some((call) => /^(create|delete)/.test(call)));
      assert.deepEqual(await resources("b"), []);
      assert.equal((await resource("e")).id, "b-x");
      assert.deepEqual((await resource("c")).dependencies, [(await resource("e")).urn]);
    });

    it("causes a create and a delete when it changes without an alias", async () => {
      await open();
      await succeedingUp([a()]);
      assert.deepEqual(stepsOf(await succeedingUp([b()])), ["create b", "delete a"]);
    });

    it("can't be used for two resources", async () => {
      await open();
      const result = await up([a(), a()]);
      assert.equal(result.succeeded, false);
      assert.match(result.output, /Duplicate resource URN/);
    });

    it("a component is recorded without a provider, and its type is in its children's URNs", async () => {
      await open();
      const group = { name: "group", kind: "component", properties: { size: 1 } } as const;
      const result = await succeedingUp([group, a({}, { parent: "group" })]);

      assert.deepEqual(stepsOf(result), ["create group", "create a"]);
      const component = await resource("group");
      assert.equal(component.custom, false);
      assert.deepEqual(component.outputs, { ready: true });
      const childUrn = "urn:pulumi:test::conformance::test:index:Group$pulumi-nodejs:dynamic/test:Recorded::a";
      assert.equal((await resource("a")).urn, childUrn);

      assert.deepEqual(stepsOf(await succeedingUp([])), ["delete a", "delete group"]);
    });

    it("a component as a dependency stands for its children", async () => {
      await open();
      const group = { name: "group", kind: "component" } as const;
      await succeedingUp([group, b({}, { parent: "group" }), a({}, { dependsOn: ["group"] })]);
      assert.deepEqual((await resource("a")).dependencies, [(await resource("b")).urn]);
      const deleted = stepsOf(expectSuccess(await stack.destroy()));
      assert.deepEqual(deleted, ["delete a", "delete b", "delete group"]);
    });

    it("a component without children orders nothing as a dependency", async () => {
      await open();
      await succeedingUp([{ name: "group", kind: "component" }, a({}, { dependsOn: ["group"] })]);
      assert.deepEqual((await resource("a")).dependencies ?? [], []);
    });

    it("a stash keeps its first value without the program's provider", async () => {
      await open();
      const stash = (input: number) => [{ name: "stash", kind: "stash", properties: { input } } as const];
      assert.deepEqual(stepsOf(await succeedingUp(stash(1))), ["create stash"]);
      assert.deepEqual(stepsOf(await succeedingUp(stash(1))), ["same stash"]);
      assert.deepEqual(stepsOf(await succeedingUp(stash(2))), ["update stash"]);
      expectSuccess(await stack.refresh());
      assert.deepEqual((await resource("stash")).outputs, { input: 2, output: 1 });
      assert.deepEqual(stepsOf(expectSuccess(await stack.destroy())), ["delete stash"]);
      assert.deepEqual(project.calls(), []);
    });
  });

  describe("a refresh", () => {
    it("records what it reads, drops missing resources, and doesn't run the program", async () => {
      await open({ greeting: "hello" });
      await succeedingUp([a(), b(), c({}, { dependsOn: ["b"] })]);
      project.declare({ resources: [], throws: "the program is not run" });
      project.behave({
        a: { read: { returns: { inputs: { name: "a", value: 7, kind: "x" } } } },
        b: { read: { gone: true } },
      });
      await stack.setConfig("greeting", "good morning");
      project.calls();

      const result = expectSuccess(await stack.refresh());

      assert.deepEqual(stepsOf(result).sort(), ["refresh a", "refresh b", "refresh c"]);
      const calls = project.calls();
      assert.equal(callOf(calls, "configure")["greeting"], "hello", "refresh sees the config of the last up");
      assert.equal(callOf(calls, "read a").id, "a-x");
      assert.equal(callOf(calls, "read a").olds?.["result"], "made 1", "read is given the outputs");
      assert.deepEqual(
        methodsOf(calls)
          .filter((call) => call.startsWith("diff"))
          .sort(),
        ["diff a", "diff c"],
      );
      const state = await resource("a");
      assert.equal(state.outputs["seen"], true);
      assert.equal(state.inputs["value"], 7);
      assert.deepEqual(await resources("b"), []);
      assert.deepEqual((await resource("c")).dependencies ?? [], []);
    });

    it("fails when a read fails, keeps that resource unchanged, and refreshes the others", async () => {
      await open();
      await succeedingUp([a(), b()]);
      project.behave({ a: { read: { error: "the server is away" } } });

      const result = await stack.refresh();

      assert.equal(result.succeeded, false);
      assert.match(result.output, /the server is away/);
      const state = await resource("a");
      assert.equal(state.id, "a-x");
      assert.deepEqual(withoutProvider(state.outputs), { name: "a", value: 1, kind: "x", result: "made 1" });
      assert.equal((await resource("b")).outputs["seen"], true);
    });
  });

  describe("a partially created resource", () => {
    const partial: Behaviour = { a: { create: { partial: ["it came up lame", "and late"] } } };

    it("stays with its errors, and is updated in the next run even without changes", async () => {
      await open();
      const failed = await up([a()], partial);

      assert.equal(failed.succeeded, false);
      assert.deepEqual(stepsOf(failed), ["create a"]);
      assert.match(failed.output, /2 errors occurred:\s+\* it came up lame\s+\* and late/);
      const state = await resource("a");
      assert.equal(state.id, "a-partial");
      assert.deepEqual(state.initErrors, ["it came up lame", "and late"]);
      assert.equal(state.outputs["result"], "partial");
      project.calls();

      const still = await up([a()], { a: { update: { partial: ["still lame"] } } });
      assert.equal(still.succeeded, false);
      assert.deepEqual(stepsOf(still), ["update a"]);
      assert.deepEqual((await resource("a")).initErrors, ["still lame"]);

      assert.deepEqual(stepsOf(await succeedingUp([a()])), ["update a"]);
      assert.equal((await resource("a")).initErrors, undefined);
      assert.deepEqual(methodsOf(project.calls()), [
        ...["configure", "check a", "diff a", "update a"],
        ...["configure", "check a", "diff a", "update a"],
      ]);
    });

    it("loses its errors in a refresh, and then only changes cause an update", async () => {
      await open();
      await up([a()], partial);
      project.behave({});
      expectSuccess(await stack.refresh());
      assert.equal((await resource("a")).initErrors, undefined);

      assert.deepEqual(stepsOf(await succeedingUp([a()])), ["same a"]);
    });

    it("can be destroyed", async () => {
      await open();
      await up([a()], partial);
      project.calls();
      project.behave({});
      expectSuccess(await stack.destroy());
      assert.equal(callOf(project.calls(), "delete a").id, "a-partial");
    });

    it("keeps the resource that it replaces until its own update succeeds", async () => {
      await open();
      await succeedingUp([a()]);
      const failed = await up([a({ kind: "y" })], partial);
      assert.equal(failed.succeeded, false);
      assert.deepEqual((await resources("a")).map(({ id }) => id).sort(), ["a-partial", "a-x"]);

      const result = await succeedingUp([a({ kind: "y" })]);
      assert.deepEqual(stepsOf(result), ["update a", "delete-replaced a"]);
    });
  });

  describe("a failed up", () => {
    it("keeps nothing of a failed create, skips its dependents, and deletes nothing", async () => {
      await open();
      await succeedingUp([d()]);
      const program = [a(), b({ from: { $output: "a.result" } })];
      project.calls();

      const result = await up(program, { a: { create: { error: "no room left" } } });

      assert.equal(result.succeeded, false);
      assert.match(result.output, /error: no room left/);
      assert.deepEqual(stepsOf(result), ["create a"]);
      assert.deepEqual(methodsOf(project.calls()), ["configure", "check a", "create a"]);
      assert.deepEqual(await resources("a"), []);
      assert.equal((await resource("d")).id, "d-x");
      assert.deepEqual((await stack.state()).pendingOperations, []);

      assert.deepEqual(stepsOf(await succeedingUp(program)), ["create a", "create b", "delete d"]);
    });

    it("completes the steps in flight, and starts no other step", async () => {
      await open();
      const result = await up([a(), b(), c({ from: { $output: "b.result" } })], {
        a: { create: { until: "create b", error: "no room left" } },
        b: { create: { wait: 1_500 } },
      });

      assert.equal(result.succeeded, false);
      assert.deepEqual(stepsOf(result).sort(), ["create a", "create b"]);
      assert.deepEqual(await resources("a"), []);
      assert.equal((await resource("b")).id, "b-x");
      assert.deepEqual(await resources("c"), []);
    });

    it("leaves a resource unchanged when its update fails", async () => {
      await open();
      await succeedingUp([a()]);
      const before = await resource("a");
      const result = await up([a({ value: 2 })], { a: { update: { error: "not now" } } });

      assert.equal(result.succeeded, false);
      assert.match(result.output, /error: not now/);
      assert.deepEqual(withoutTimes(await resource("a")), withoutTimes(before));
    });

    it("shows the property and reason of each issue of a check, and creates nothing", async () => {
      await open();
      const failures = [
        { property: "value", reason: "must be even" },
        { property: "kind", reason: "is out of fashion" },
      ];
      const result = await up([a()], { a: { check: { returns: { failures } } } });

      assert.equal(result.succeeded, false);
      assert.match(result.output, /resource 'a': property value value \{1\} has a problem: must be even/);
      assert.match(result.output, /resource 'a': property kind value \{x\} has a problem: is out of fashion/);
      assert.deepEqual(stepsOf(result), []);
      assert.ok(!methodsOf(project.calls()).includes("create a"));
    });

    it("is caused by a check or a diff that throws", async () => {
      await open();
      const checked = await up([a()], { a: { check: { error: "no idea" } } });
      assert.equal(checked.succeeded, false);
      assert.match(checked.output, /error: .*no idea/);

      await succeedingUp([a()]);
      const compared = await up([a()], { a: { diff: { error: "can't compare" } } });
      assert.equal(compared.succeeded, false);
      assert.match(compared.output, /error: .*can't compare/);
    });

    it("is caused by a program that throws, and deletes nothing", async () => {
      await open();
      await succeedingUp([a(), b()]);
      const result = await up({ resources: [a({ value: 2 })], throws: "the program is broken" });

      assert.equal(result.succeeded, false);
      assert.match(result.output, /the program is broken/);
      assert.equal((await resource("b")).id, "b-x");
    });

    it("keeps the stack outputs that a failed program didn't reach", async () => {
      await open();
      const program = { resources: [a()], outputs: { one: { $output: "a.result" } } };
      await succeedingUp(program);
      await up({ ...program, throws: "the program is broken" });
      assert.deepEqual(await stack.outputs(), { one: "made 1" });

      await succeedingUp({ resources: [a()], outputs: { two: 2 } });
      assert.deepEqual(await stack.outputs(), { two: 2 });
    });

    it("is caused by a create that returns no id", async () => {
      await open();
      const result = await up([a()], { a: { create: { returns: { id: "" } } } });
      assert.equal(result.succeeded, false);
      assert.match(result.output, /empty resource\.ID/);
      assert.deepEqual(await resources("a"), []);
    });

    it("is caused by a timeout that isn't a Go duration", async () => {
      await open();
      const refused = await up([a({}, { customTimeouts: { create: "10 minutes" } })]);
      assert.equal(refused.succeeded, false);
      assert.match(refused.output, /unable to parse customTimeout Value 10 minutes/);

      await succeedingUp([a({}, { customTimeouts: { create: "1h2m3.5s", delete: "100ms" } })]);
    });
  });

  describe("a secret", () => {
    it("reaches the provider in plain text, and is encrypted in the state", async () => {
      await open({ password: { value: "open sesame", secret: true } });
      const properties = { token: { $secret: "abracadabra" }, deep: { inner: { $secret: "mellon" } }, envelope: true };
      const result = await succeedingUp({
        resources: [a(properties, { additionalSecretOutputs: ["result"] })],
        outputs: { token: { $output: "a.token" }, result: { $output: "a.result" }, open: { $output: "a.value" } },
      });

      const calls = project.calls();
      assert.equal(callOf(calls, "create a").news?.["token"], "abracadabra");
      assert.deepEqual(callOf(calls, "create a").news?.["deep"], { inner: "mellon" });
      assert.equal(callOf(calls, "configure")["password"], "open sesame");

      const { inputs, outputs, additionalSecretOutputs } = await resource("a");
      assertHidden(inputs["token"]);
      assertHidden((inputs["deep"] as Record<string, unknown>)["inner"]);
      assertHidden(outputs["token"], "as the input of its name");
      assertHidden((outputs["deep"] as Record<string, unknown>)["inner"]);
      assertHidden(outputs["result"], "as the program says");
      assertHidden(outputs["enveloped"], "as the provider says");
      assert.deepEqual(additionalSecretOutputs, ["result"]);
      assert.equal(outputs["value"], 1);
      assert.deepEqual(await stack.outputs(), {
        token: { secret: true, value: "abracadabra" },
        result: { secret: true, value: "made 1" },
        open: 1,
      });
      for (const text of [JSON.stringify(await stack.state()), result.output]) {
        assert.doesNotMatch(text, /abracadabra|mellon|open sesame/);
      }
    });

    it("stays encrypted through an update and a refresh, which both receive it in plain text", async () => {
      await open();
      await succeedingUp([a({ token: { $secret: "abracadabra" } })]);
      await succeedingUp([a({ token: { $secret: "abracadabra" }, value: 2 })]);
      expectSuccess(await stack.refresh());

      const calls = project.calls();
      for (const name of ["diff a", "update a", "read a"]) {
        assert.equal(callOf(calls, name).olds?.["token"], "abracadabra", name);
      }
      assertHidden((await resource("a")).outputs["token"]);
      assert.equal(stepsOf(await succeedingUp([a({ token: { $secret: "abracadabra" }, value: 2 })])).join(), "same a");
    });
  });

  describe("a resource that the program only reads", () => {
    const theirs: Declaration = { name: "a", kind: "get", id: "theirs", properties: { value: 1, kind: "x" } };

    it("is read with the program's properties, also in a preview, and is never deleted", async () => {
      await open();
      project.declare({ resources: [theirs], outputs: { seen: { $output: "a.seen" } } });
      assert.deepEqual(stepsOf(expectSuccess(await stack.preview())), ["read a"]);

      project.calls();
      assert.deepEqual(stepsOf(expectSuccess(await stack.up())), ["read a"]);
      const calls = project.calls();
      assert.deepEqual(methodsOf(calls), ["configure", "read a"]);
      assert.equal(callOf(calls, "read a").id, "theirs");
      assert.equal(callOf(calls, "read a").olds?.["value"], 1);
      const state = await resource("a");
      assert.equal(state.id, "theirs");
      assert.equal(state.outputs["seen"], true);

      assert.deepEqual(stepsOf(await succeedingUp([])), ["discard a"]);
      assert.deepEqual(methodsOf(project.calls()), []);
      assert.deepEqual(await resources("a"), []);
    });

    it("keeps the program's id when it is gone, because the host returns no id", async () => {
      await open();
      await succeedingUp([theirs], { a: { read: { gone: true } } });
      const state = await resource("a");
      assert.equal(state.id, "theirs");
      assert.deepEqual(withoutProvider(state.outputs), {});
    });

    it("fails the up when the provider can't read it", async () => {
      await open();
      const result = await up([theirs], { a: { read: { error: "there is no such thing" } } });
      assert.equal(result.succeeded, false);
      assert.match(result.output, /there is no such thing/);
      assert.deepEqual(await resources("a"), []);
    });
  });

  describe("a deployment", () => {
    it("starts one host, and passes it the stack's whole config", async () => {
      await open({ greeting: "hello", "other:key": "value" });
      await succeedingUp([a(), b()]);

      const configured = project.calls().filter(({ method }) => method === "configure");
      assert.equal(configured.length, 1);
      assert.equal(configured[0]?.["greeting"], "hello");
      assert.equal(configured[0]["other"], "value");

      await stack.setConfig("greeting", "good morning");
      await stack.setConfig("other:key", undefined);
      await succeedingUp([a(), b()]);
      const again = callOf(project.calls(), "configure");
      assert.equal(again["greeting"], "good morning");
      assert.equal(again["other"], undefined);
    });

    it("records each pending create in the state, in case the deployment is killed", async () => {
      await open();
      const running = succeedingUp([a()], { a: { create: { wait: 3_000 } } }).then(() => "ended");
      const pending = new Set<string>();
      while ((await Promise.race([running, after(100, "runs")])) === "runs") {
        for (const { type, resource } of (await stack.state()).pendingOperations) {
          pending.add(`${type} ${nameOf(resource.urn)}`);
        }
      }

      assert.ok(pending.has("creating a"));
      assert.deepEqual((await stack.state()).pendingOperations, []);
    });

    it("leaves no process of the provider behind", async () => {
      await open();
      await succeedingUp([a()]);
      const pid = callOf(project.calls(), "configure")["process"] as number;
      assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    });

    it("reports its output while it runs", async () => {
      const printed: string[] = [];
      stack = await engine.open({
        directory: project.directory,
        environment: { FROM_THE_TEST: "there" },
        onOutput: (text) => printed.push(text),
      });
      const result = await succeedingUp([a()]);
      assert.equal(printed.join(""), result.output);
      assert.equal(callOf(project.calls(), "configure")["environment"], "there");
    });

    it("runs the TypeScript program in the folder that Pulumi.yaml names, and from that folder", async () => {
      project.write("Pulumi.yaml", "name: conformance\nruntime: nodejs\nmain: source/\n");
      project.write("source/index.ts", typescriptProgram);
      await open({ greeting: "hello" });
      const result = expectSuccess(await stack.up());

      assert.deepEqual(stepsOf(result), []);
      assert.deepEqual(await stack.outputs(), {
        greeting: "hello",
        folder: "source",
        stack: "test",
        project: "conformance",
      });
    });
  });
});

const typescriptProgram = `
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";

export const greeting: string = new pulumi.Config().require("greeting");
export const folder = path.basename(process.cwd());
export const stack = pulumi.getStack();
export const project = pulumi.getProject();
`;

const a = named("a");
const b = named("b");
const c = named("c");
const d = named("d");

function withoutProvider(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name !== "__provider"));
}

function withoutTimes(state: ResourceState): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).filter(([name]) => name !== "modified" && name !== "created"));
}
