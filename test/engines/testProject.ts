import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pluginSource } from "./testPlugin";

/** A resource of a test's program. Strings in `$output` and in options name other resources of the program. */
export interface Declaration {
  readonly name: string;
  /** A dynamic resource by default. `"plugin"`: a resource of the plugin. `"provider"`: a provider of the plugin. */
  readonly kind?: "resource" | "component" | "get" | "plugin" | "provider" | "stash";
  readonly type?: string;
  /** The id of a resource that is only read. */
  readonly id?: string;
  /** Literals, `{ $output: "name.property" }`, `{ $secret: literal }` or `{ $invoke: "function", args, provider }`. */
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Program {
  readonly resources: readonly Declaration[];
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Thrown at the end of the program. */
  readonly throws?: string;
}

/**
 * What a provider does instead of its usual action, by the names of the resource and the method. For the plugin's own
 * methods, it's the name of the provider resource.
 */
export type Behaviour = Readonly<Record<string, Readonly<Record<string, Action>>>>;

export interface Action {
  readonly error?: string;
  /** Ends the provider's process. */
  readonly exit?: true;
  /** Fails with these reasons after the resource is created. */
  readonly partial?: readonly string[];
  /** A read finds nothing. */
  readonly gone?: true;
  /** Overrides what the method returns. */
  readonly returns?: Readonly<Record<string, unknown>>;
  /** Waits this many milliseconds first. */
  readonly wait?: number;
  /** Waits first until this call has begun, such as `"create b"`, for at most half a minute. */
  readonly until?: string;
}

/** A recorded call of a provider. */
export interface Call {
  readonly method: string;
  readonly name?: string;
  readonly id?: string;
  readonly olds?: Readonly<Record<string, unknown>>;
  readonly news?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** A Pulumi project in a temporary folder, whose providers record their calls. */
export class TestProject {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "engine-test-"));
  readonly directory = path.join(this.folder, "project");

  constructor() {
    fs.mkdirSync(this.directory);
    this.write("Pulumi.yaml", settings);
    this.write("package.json", "{}");
    this.write("index.js", programSource);
    this.write("provider.js", providerSource);
    this.behave({});
    // Node.js looks for modules in the folders above, too. The language host reads each package in the project's folder.
    fs.symlinkSync(path.resolve(__dirname, "../../node_modules"), path.join(this.folder, "node_modules"));
  }

  /** Adds a provider plugin, which does the same as the dynamic provider. */
  addPlugin(): void {
    this.write("Pulumi.yaml", `${settings}plugins:\n  providers:\n    - name: fixture\n      path: plugin\n`);
    this.write("plugin/pulumi-resource-fixture", pluginSource);
    fs.chmodSync(path.join(this.directory, "plugin/pulumi-resource-fixture"), 0o755);
  }

  declare(program: Program | readonly Declaration[]): void {
    this.write("program.json", JSON.stringify("resources" in program ? program : { resources: program }));
  }

  behave(behaviour: Behaviour): void {
    this.write("behaviour.json", JSON.stringify(behaviour));
  }

  /** Returns the calls since the last use of this method. */
  calls(): readonly Call[] {
    const file = path.join(this.directory, "calls.jsonl");
    if (!fs.existsSync(file)) return [];
    const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n");
    fs.rmSync(file);
    return lines.map((line) => JSON.parse(line) as Call);
  }

  write(file: string, content: string): void {
    fs.mkdirSync(path.dirname(path.join(this.directory, file)), { recursive: true });
    fs.writeFileSync(path.join(this.directory, file), content);
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

const settings = "name: conformance\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n";

/**
 * The program's errors have no stack, because Pulumi would color it. When a line of a stack names a file directly in a
 * package's scope, as Pulumi's source maps do, Node.js needs half a minute and gigabytes of memory, or all memory, to
 * color it (https://github.com/nodejs/node/issues/64011).
 */
const programSource = `
Error.stackTraceLimit = 0;
const fs = require("fs");
const path = require("path");
const pulumi = require("@pulumi/pulumi");

const { resources, outputs = {}, throws } = JSON.parse(fs.readFileSync(path.join(__dirname, "program.json"), "utf8"));
const made = {};

class Recorded extends pulumi.CustomResource {
  constructor(name, properties, options, type = "Recorded") {
    const __provider = "exports.handler = () => require(process.cwd() + '/provider.js')";
    const undefinedOutputs = { result: undefined, hidden: undefined };
    super("pulumi-nodejs:dynamic/test:" + type, name, { ...undefinedOutputs, name, ...properties, __provider }, options);
  }
}

class Plugged extends pulumi.CustomResource {
  constructor(name, properties, options) {
    super("fixture:index:Recorded", name, { result: undefined, name, ...properties }, options);
  }
}

class Group extends pulumi.ComponentResource {
  constructor(name, properties, options) {
    super("test:index:Group", name, properties, options);
    this.registerOutputs({ ready: true });
  }
}

function resolve(value) {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  if ("$output" in value) {
    const [name, property] = value.$output.split(".");
    return made[name][property];
  }
  if ("$secret" in value) return pulumi.secret(value.$secret);
  if ("$invoke" in value) {
    const options = value.provider === undefined ? {} : { provider: made[value.provider] };
    return pulumi.runtime.invokeOutput("fixture:index:" + value.$invoke, resolve(value.args), options);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner)]));
}

function make({ name, kind = "resource", type, id, properties = {}, options: { parent, provider, dependsOn, ...rest } = {} }) {
  const options = { ...rest };
  if (parent !== undefined) options.parent = made[parent];
  if (provider !== undefined) options.provider = made[provider];
  if (dependsOn !== undefined) options.dependsOn = dependsOn.map((other) => made[other]);
  switch (kind) {
    case "component":
      return new Group(name, resolve(properties), options);
    case "provider":
      return new pulumi.ProviderResource("fixture", name, resolve(properties), options);
    case "plugin":
      return new Plugged(name, resolve(properties), options);
    case "stash":
      return new pulumi.Stash(name, resolve(properties), options);
    case "get":
      return new Recorded(name, resolve(properties), { ...options, id }, type);
    default:
      return new Recorded(name, resolve(properties), options, type);
  }
}

for (const declaration of resources) made[declaration.name] = make(declaration);

for (const [name, value] of Object.entries(outputs)) exports[name] = resolve(value);
console.log("the program says hello");
if (throws !== undefined) throw new Error(throws);
`;

const providerSource = `
const fs = require("fs");

const record = (call) => fs.appendFileSync(process.cwd() + "/calls.jsonl", JSON.stringify(call) + "\\n");
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const hasBegun = (call) => {
  const lines = fs.readFileSync(process.cwd() + "/calls.jsonl", "utf8").trimEnd().split("\\n");
  return lines.map((line) => JSON.parse(line)).some(({ method, name }) => method + " " + name === call);
};
const secretOf = (value) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });

async function act(method, properties, details, normally) {
  const { name } = properties;
  record({ method, name, ...details });
  const behaviour = JSON.parse(fs.readFileSync(process.cwd() + "/behaviour.json", "utf8"));
  const { wait = 0, until, error, exit, partial, gone, returns } = behaviour[name]?.[method] ?? {};
  if (wait > 0 || until !== undefined) {
    await after(wait);
    for (let left = 30_000; until !== undefined && !hasBegun(until) && left > 0; left -= 20) await after(20);
    record({ method: method + " goes on", name });
  }
  if (error !== undefined) throw new Error(error);
  if (exit) process.exit(1);
  if (partial !== undefined) {
    const failure = new Error("made, but not well");
    throw Object.assign(failure, { id: details.id ?? name + "-partial", properties: { ...properties, result: "partial" }, reasons: partial });
  }
  if (gone) return {};
  return { ...normally(), ...returns };
}

// Each last parameter, "more", is what only the plugin records of a call.
module.exports = {
  act,
  record,

  configure: ({ config }) =>
    record({
      method: "configure",
      greeting: config.get("greeting"),
      password: config.get("password"),
      other: config.get("other:key"),
      environment: process.env.FROM_THE_TEST,
      process: process.pid,
    }),

  check: (olds, news, more) =>
    act("check", news, { olds, news, ...more }, () => {
      console.log("checking " + news.name);
      return { inputs: news };
    }),

  diff: (id, olds, news, more) =>
    act("diff", news, { id, olds, news, ...more }, () => ({
      changes: olds.value !== news.value || olds.kind !== news.kind,
      replaces: olds.kind === news.kind ? [] : ["kind"],
      deleteBeforeReplace: news.deleteFirst === true,
    })),

  create: (news, more) =>
    act("create", news, { news, ...more }, () => ({
      id: news.name + "-" + news.kind,
      outs: { ...news, result: "made " + news.value, ...(news.envelope ? { enveloped: secretOf("envelope") } : {}) },
    })),

  read: (id, properties, more) =>
    act("read", properties, { id, olds: properties, ...more }, () => ({ id, props: { ...properties, seen: true } })),

  update: (id, olds, news, more) =>
    act("update", news, { id, olds, news, ...more }, () => ({ outs: { ...news, result: "updated " + news.value } })),

  delete: (id, properties, more) => act("delete", properties, { id, olds: properties, ...more }, () => ({})),
};
`;
