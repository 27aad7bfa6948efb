import * as assert from "node:assert/strict";
import { assertHidden, callOf, type Declare, deploy, methodsOf, named, only, stepsOf } from "./conformance";
import {
  type ConfigValue,
  describeOnBothEngines,
  type Engine,
  type ResourceState,
  type Result,
  type Stack,
} from "./index";
import { unknown } from "./testPlugin";
import { type Behaviour, type Call, type Declaration, type Program, TestProject } from "./testProject";

describeOnBothEngines("a provider plugin on an engine", (engine) => {
  describe("from a preview to a destroy", () => {
    let world: World;
    let created: Run;
    let unchanged: Run;
    let previewedCreate: Run;
    let previewedUpdate: Run;
    let refreshed: Run;
    let destroyed: Run;

    const program = (value: number): Program => ({
      resources: [
        p({ value, token: { $secret: "abracadabra" } }, { customTimeouts }),
        q({ value: { $output: "p.result" } }),
        a(),
      ],
      outputs: {
        known: { $output: "p.value" },
        unknown: { $output: "p.result" },
        asked: { $invoke: "echo", args: { name: "asked", value: "hello" } },
        later: { $invoke: "echo", args: { name: "later", value: { $output: "p.result" } } },
      },
    });

    before(async () => {
      world = await World.open(engine, {
        "fixture:greeting": "hello",
        "fixture:password": { value: "open sesame", secret: true },
        "other:key": "value",
        greeting: "mine",
      });
      world.project.declare(program(1));
      previewedCreate = await world.run("preview");
      created = await world.run("up");
      unchanged = await world.run("up");
      await world.stack.setConfig("fixture:greeting", "good morning");
      world.project.declare(program(2));
      previewedUpdate = await world.run("preview");
      refreshed = await world.run("refresh");
      destroyed = await world.run("destroy");
    });

    after(() => world.close());

    it("is called in the order of the protocol, and is interrupted at the end", () => {
      const called = ({ calls }: Run, ...names: readonly string[]) => {
        return methodsOf(calls).filter((title) => names.includes(title.split(" ").at(-1) ?? ""));
      };
      const own = ["default", "p", "cancel", "interrupt"];
      assert.deepEqual(called(created, ...own), [
        ...["checkConfig default", "configure default", "check p", "create p", "cancel", "interrupt"],
      ]);
      assert.deepEqual(called(unchanged, ...own), [
        ...["checkConfig default", "diffConfig default", "configure default"],
        ...["check p", "diff p", "cancel", "interrupt"],
      ]);
      assert.deepEqual(called(previewedUpdate, ...own), [
        ...["checkConfig default", "diffConfig default", "configure default"],
        ...["check p", "diff p", "update p", "cancel", "interrupt"],
      ]);
      assert.deepEqual(called(refreshed, ...own), ["configure default", "read p", "diff p", "cancel", "interrupt"]);
      assert.deepEqual(called(destroyed, ...own), ["configure default", "delete p", "cancel", "interrupt"]);
    });

    it("works in the program's folder, and has ended after the deployment", () => {
      const { directory, process: pid } = callOf(created.calls, "configure default");
      assert.equal(directory, world.project.directory);
      assert.throws(() => process.kill(pid as number, 0), { code: "ESRCH" });
    });

    it("gets the config of its namespace, with secrets in envelopes to configure, and in plain text to check", () => {
      const { news } = callOf(created.calls, "checkConfig default");
      assert.deepEqual(news, { greeting: "hello", password: "open sesame" });
      const { greeting, password, ...rest } = argsOf(created, "configure default");
      assert.equal(greeting, "hello");
      assert.equal((password as Record<string, unknown>)["value"], "open sesame");
      assert.deepEqual(rest, {});

      const { olds: oldConfig, news: newConfig } = callOf(previewedUpdate.calls, "diffConfig default");
      assert.deepEqual([oldConfig?.["greeting"], newConfig?.["greeting"]], ["hello", "good morning"]);
      assert.equal(argsOf(previewedUpdate, "configure default")["greeting"], "good morning");
    });

    it("gets the config of the last up in a refresh and a destroy", () => {
      for (const run of [refreshed, destroyed]) {
        assert.equal(argsOf(run, "configure default")["greeting"], "hello");
      }
    });

    it("has a default provider in the state, to which its resources refer", () => {
      const { resources } = created;
      const provider = providerOf(resources, "pulumi:providers:fixture");
      assert.equal(provider.urn, "urn:pulumi:test::conformance::pulumi:providers:fixture::default");
      assert.deepEqual(Object.keys(provider.inputs).sort(), ["greeting", "password"]);
      assertHidden(provider.inputs["password"]);
      assertHidden(provider.outputs["password"]);
      assertManagedBy(only(resources, "p"), provider);
      assertManagedBy(only(resources, "a"), providerOf(resources, "pulumi:providers:pulumi-nodejs"));
      assert.doesNotMatch(created.output, /default/, "default providers aren't shown");
      assert.deepEqual(destroyed.resources, []);
    });

    it("gets the URN, the type and the timeout of each step, and whether it is a preview", () => {
      const urn = "urn:pulumi:test::conformance::fixture:index:Recorded::p";
      const resource = { urn, type: "fixture:index:Recorded" };
      const details = ({ calls }: Run, title: string) => {
        const { urn, type, timeout, preview } = callOf(calls, title);
        return { urn, type, timeout, preview };
      };
      assert.deepEqual(details(previewedCreate, "create p"), { ...resource, timeout: 420, preview: true });
      assert.deepEqual(details(created, "create p"), { ...resource, timeout: 420, preview: false });
      assert.deepEqual(details(created, "create q").timeout, 0);
      assert.deepEqual(details(previewedUpdate, "update p"), { ...resource, timeout: 90, preview: true });
      assert.deepEqual(details(refreshed, "read p"), { ...resource, timeout: 0, preview: undefined });
      assert.deepEqual(details(destroyed, "delete p"), { ...resource, timeout: 1_800, preview: undefined });
    });

    it("gets secrets in plain text, which are encrypted in the state", () => {
      assert.equal(callOf(created.calls, "create p").news?.["token"], "abracadabra");
      const { inputs, outputs } = only(created.resources, "p");
      assertHidden(inputs["token"]);
      assertHidden(outputs["token"]);
      for (const { output, resources } of [created, refreshed]) {
        assert.doesNotMatch(output + JSON.stringify(resources), /abracadabra|open sesame/);
      }
    });

    it("decides in a preview which outputs are known", () => {
      assert.deepEqual(stepsOf(previewedCreate).sort(), ["create a", "create p", "create q"]);
      assert.match(previewedCreate.output, /known *: 1/);
      assert.match(previewedCreate.output, /unknown *: \[unknown\]/);
      assert.equal(callOf(previewedCreate.calls, "check q").news?.["value"], unknown);
      assert.equal(callOf(previewedCreate.calls, "create q").news?.["value"], unknown);
      assert.deepEqual(previewedCreate.resources, []);

      assert.deepEqual(stepsOf(previewedUpdate).sort(), ["same a", "update p", "update q"]);
      assert.match(previewedUpdate.output, /known.* 2/);
      assert.equal(callOf(previewedUpdate.calls, "update q").news?.["value"], unknown);
      assert.deepEqual(previewedUpdate.resources, unchanged.resources);
    });

    it("has functions that a program calls, also in a preview, unless an argument is unknown", () => {
      assert.equal(callOf(previewedCreate.calls, "invoke asked")["token"], "fixture:index:echo");
      assert.ok(!methodsOf(previewedCreate.calls).includes("invoke later"));
      const { asked, later } = only(created.resources, "conformance-test").outputs;
      assert.deepEqual([asked, later], [{ echo: "hello" }, { echo: "made 1" }]);
    });

    it("shows lines at a resource in each operation, and ephemeral lines only while it runs", () => {
      for (const [method, run] of [
        ["create", previewedCreate],
        ["create", created],
        ["update", previewedUpdate],
        ["read", refreshed],
        ["delete", destroyed],
      ] as const) {
        assert.deepEqual(diagnosticsOf(run, "p"), [`the plugin begins to ${method}`]);
        assert.match(run.output, new RegExp(`fixture:index:Recorded p.* the plugin begins to ${method}`));
        assert.match(run.output, /fixture:index:Recorded p.* halfway/);
      }
    });

    it("prints lines that aren't shown", () => {
      assert.match(created.output, /checking a/, "a line of the dynamic provider");
      assert.doesNotMatch(created.output, /checking p/);
    });
  });

  describe("with resources of another provider, whose former type is an alias", () => {
    let world: World;
    let replaced: Run;
    let moved: Run;

    const aliases = [{ type: "pulumi-nodejs:dynamic/test:Recorded" }];
    const group: Declaration = { name: "group", kind: "component" };
    const own = (declaration: Declaration): Declaration => ({
      ...declaration,
      kind: "plugin",
      options: { ...declaration.options, aliases },
    });

    before(async () => {
      world = await World.open(engine, { "fixture:greeting": "hello", "other:key": "value" });
      const dependent = b({ value: { $output: "a.result" } });
      await world.up([a(), dependent, group, c({}, { parent: "group" })]);
      const program = [own(a()), own(dependent), group, own(c({ value: 2 }, { parent: "group" }))];
      world.project.declare(program);
      world.project.behave({ default: { diffConfig: { returns: { replaces: ["greeting"] } } } });
      replaced = await world.run("preview");
      moved = await world.up(program);
    });

    after(() => world.close());

    it("takes them over without a create or a delete", () => {
      assert.deepEqual(stepsOf(moved).sort(), ["same a", "same b", "same group", "update c"]);
      assert.equal(callOf(moved.calls, "diff a").olds?.["result"], "made 1");
      const { urn, id, dependencies } = only(moved.resources, "c");
      assert.equal(urn, "urn:pulumi:test::conformance::test:index:Group$fixture:index:Recorded::c");
      assert.equal(id, "c-x");
      assert.equal(dependencies, undefined);
      assert.deepEqual(only(moved.resources, "b").dependencies, [only(moved.resources, "a").urn]);
      const provider = providerOf(moved.resources, "pulumi:providers:fixture");
      for (const name of ["a", "b", "c"]) assertManagedBy(only(moved.resources, name), provider);
      assert.ok(!moved.resources.some(({ type }) => type === "pulumi:providers:pulumi-nodejs"));
    });

    it("replaces them when its DiffConfig says so, which gets the config of both providers", () => {
      const { olds, news } = callOf(moved.calls, "diffConfig default");
      assert.deepEqual(olds, { "fixture:greeting": "hello", "other:key": "value" });
      assert.deepEqual(news, { greeting: "hello" });
      for (const step of ["create-replacement a", "replace a", "delete-replaced a"]) {
        assert.ok(stepsOf(replaced).includes(step), step);
      }
    });
  });

  describe("with an explicit provider", () => {
    let world: World;
    let created: Run;
    let changed: Run;
    let replaced: Run;

    const mine = (properties: Readonly<Record<string, unknown>>): Declaration => {
      return { name: "mine", kind: "provider", properties };
    };

    before(async () => {
      world = await World.open(engine, { "fixture:greeting": "hello" });
      created = await world.up({
        resources: [mine({ greeting: "own", password: { $secret: "abracadabra" } }), p({}, { provider: "mine" }), q()],
        outputs: { asked: { $invoke: "echo", args: { name: "asked", value: "hello" }, provider: "mine" } },
      });
      const program = (greeting: string) => [
        ...[mine({ greeting }), p({}, { provider: "mine" }), q({}, { provider: "mine" })],
      ];
      changed = await world.up(program("new"));
      const replaces = { diffConfig: { returns: { replaces: ["greeting"] } } };
      replaced = await world.up(program("newer"), { mine: replaces });
    });

    after(() => world.close());

    it("has a process for it, with its arguments", () => {
      const { calls, resources, output } = created;
      const { process: pid } = callOf(calls, "configure mine");
      assert.equal(argsOf(created, "configure mine")["greeting"], "own");
      assert.equal(callOf(calls, "invoke asked")["process"], pid);
      assert.notEqual(callOf(calls, "configure default")["process"], pid);
      assertManagedBy(only(resources, "p"), only(resources, "mine"));
      assertManagedBy(only(resources, "q"), providerOf(resources, "pulumi:providers:fixture"));
      assertHidden(only(resources, "mine").inputs["password"]);
      assert.doesNotMatch(output, /abracadabra/);
    });

    it("updates no resource when its arguments change, or when a resource moves to it", () => {
      assert.deepEqual(stepsOf(changed).sort(), ["same p", "same q"]);
      assert.deepEqual(argsOf(changed, "configure mine"), { greeting: "new" });
      const compared = changed.calls.filter(({ method }) => method === "diffConfig").map(({ olds }) => olds);
      assert.deepEqual(compared, [{ greeting: "own", password: "abracadabra" }, { greeting: "hello" }]);
      assertManagedBy(only(changed.resources, "q"), only(changed.resources, "mine"));
    });

    it("replaces its resources when DiffConfig replaces it, and the former one deletes them", () => {
      assert.deepEqual(stepsOf(replaced).sort(), [
        ...["create-replacement p", "create-replacement q", "delete-replaced p", "delete-replaced q"],
        ...["replace p", "replace q"],
      ]);
      const configured = replaced.calls.filter(({ method }) => method === "configure").map(({ args }) => args);
      assert.deepEqual(configured, [{ greeting: "newer" }, { greeting: "new" }]);
    });
  });

  describe("that fails, or does less", () => {
    let world: World;

    before(async () => {
      world = await World.open(engine, { "fixture:greeting": "hello" });
    });

    after(() => world.close());

    it("isn't asked to create in a preview unless it supports that, and the inputs are the outputs", async () => {
      const outputs = { known: { $output: "p.value" }, unknown: { $output: "p.result" } };
      world.project.declare({ resources: [p()], outputs });
      world.project.behave({ default: { configure: { returns: { supportsPreview: false } } } });
      const { output, calls } = await world.run("preview");

      assert.match(output, /known *: 1/);
      assert.match(output, /unknown *: \[unknown\]/);
      assert.ok(!methodsOf(calls).includes("create p"));
    });

    it("fails the up when it refuses its config", async () => {
      const failures = [{ property: "greeting", reason: "is rude" }];
      const checked = await world.up([p()], { default: { checkConfig: { returns: { failures } } } });
      assert.equal(checked.succeeded, false);
      const issue = /resource 'default': property greeting value \{hello\} has a problem: is rude/;
      assert.match(checked.output, issue);

      const configured = await world.up([p()], { default: { configure: { error: "not now" } } });
      assert.equal(configured.succeeded, false);
      assert.match(configured.output, /error: not now/);
      assert.ok(!methodsOf(configured.calls).includes("check p"));
    });

    it("fails the program that calls a failing function", async () => {
      const outputs = { asked: { $invoke: "echo", args: { name: "asked", value: "hello" } } };
      const failing: Behaviour = { asked: { invoke: { error: "there is no such thing" } } };
      const { succeeded, output } = await world.up({ resources: [], outputs }, failing);
      assert.equal(succeeded, false);
      assert.match(output, /invocation of fixture:index:echo returned an error: there is no such thing/);
    });

    it("has what it printed shown when it ends too early", async () => {
      const { succeeded, output } = await world.up([p()], { p: { create: { exit: true } } });
      assert.equal(succeeded, false);
      assert.match(output, /Detected that .*pulumi-resource-fixture exited prematurely/);
      assert.match(output, /checking p/);
    });
  });
});

/** A deployment, the calls that it made, and the state after it. */
interface Run extends Result {
  readonly calls: readonly Call[];
  readonly resources: readonly ResourceState[];
}

/** A stack of a project that has a plugin. */
class World {
  static async open(engine: Engine, config: Readonly<Record<string, ConfigValue>>): Promise<World> {
    const project = new TestProject();
    project.addPlugin();
    return new World(project, await engine.open({ directory: project.directory, config }));
  }

  private constructor(
    readonly project: TestProject,
    readonly stack: Stack,
  ) {}

  run(operation: "preview" | "up" | "refresh" | "destroy"): Promise<Run> {
    return this.recorded(this.stack[operation]());
  }

  up(program: Program | readonly Declaration[], behaviour: Behaviour = {}): Promise<Run> {
    return this.recorded(deploy(this.project, this.stack, program, behaviour));
  }

  async close(): Promise<void> {
    await this.stack.dispose();
    this.project.remove();
  }

  private async recorded(deployment: Promise<Result>): Promise<Run> {
    const result = await deployment;
    return { ...result, calls: this.project.calls(), resources: (await this.stack.state()).resources };
  }
}

const customTimeouts = { create: "7m", update: "1m30s", delete: "0.5h" };

/** Declares a resource of the plugin. */
function plugged(name: string): Declare {
  return (properties, options) => ({ ...named(name)(properties, options), kind: "plugin" });
}

const a = named("a");
const b = named("b");
const c = named("c");
const p = plugged("p");
const q = plugged("q");

function argsOf({ calls }: Run, title: string): Record<string, unknown> {
  return callOf(calls, title)["args"] as Record<string, unknown>;
}

/** Returns the default provider of this type. */
function providerOf(resources: readonly ResourceState[], type: string): ResourceState {
  return only(
    resources.filter((resource) => resource.type === type),
    "default",
  );
}

function assertManagedBy({ provider }: ResourceState, { urn, id = "" }: ResourceState): void {
  assert.equal(provider, `${urn}::${id}`);
}

/** Returns the lines about a resource that are shown after a deployment. */
function diagnosticsOf({ output }: Result, name: string): string[] {
  const [, section = ""] = new RegExp(`^ {2}\\S+ \\(${name}\\):\\n((?: {4}.*\\n|\\n)+)`, "m").exec(output) ?? [];
  const lines = section.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}
