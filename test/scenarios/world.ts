import assert from "node:assert/strict";
import { type Emulator, type EmulatorOptions, startEmulator } from "../../provider/emulator";
import type { Engine, Op, ResourceState, Result, Stack } from "../engines/engine";
import { Surroundings } from "../security/surroundings";
import { dynamicProvider } from "./hosts";
import { Project } from "./project";

/** Matches the environment variables that would change the identity or the destination of a test's calls. */
const foreignEnvironment =
  /^(GOOGLE_|GCLOUD_|CLOUDSDK_|USER_PROJECT_OVERRIDE$|https?_proxy$|no_proxy$|all_proxy$|NODE_EXTRA_CA_CERTS$)/i;

/** Returns variables that hide those of this process that would change a test's calls. */
export function withoutForeignEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => foreignEnvironment.test(name))
      .map((name) => [name, ""]),
  );
}

/**
 * A stack, its program, and the service of the program's operations. The service requires the token in the stack's
 * config. This token and other secrets are planted around the stack, and tests search for them.
 */
export class World {
  private constructor(
    readonly emulator: Emulator,
    readonly project: Project,
    readonly stack: Stack,
    private readonly surroundings: Surroundings,
  ) {}

  /** Resolves when the engine's output matches the pattern. */
  printed(pattern: RegExp): Promise<void> {
    return this.surroundings.printed(pattern);
  }

  static async open(
    engine: Engine,
    options: EmulatorOptions = {},
    host = dynamicProvider,
    project = new Project("scenario", host),
  ): Promise<World> {
    const emulator = await startEmulator({ tokens: "required", ...options });
    const surroundings = new Surroundings(emulator.issueToken());
    const planted = surroundings.stackOptions;
    const stack = await engine.open({
      ...planted,
      directory: project.directory,
      config: { "cancellation:endpoint": emulator.endpoint, ...host.config, ...planted.config },
      environment: { ...withoutForeignEnvironment(), ...planted.environment },
    });
    return new World(emulator, project, stack, surroundings);
  }

  /** The planted secrets. */
  get planted(): Surroundings["planted"] {
    return this.surroundings.planted;
  }

  /** Asserts that no secret is in the state, its history, the project's folder, the output or the calls. */
  expectNoSecretShown(): void {
    const folders = [this.stack.stateDirectory, this.project.directory];
    this.surroundings.expectNoSecretIn(folders, this.emulator.calls.all());
  }

  async close(): Promise<void> {
    await this.stack.dispose();
    await this.emulator.stop();
    this.project.dispose();
    this.surroundings.dispose();
  }

  program(body: string): void {
    this.project.program(body);
  }

  /** Writes a program with one request, named "request". */
  request(args: Readonly<Record<string, unknown>>, opts: Readonly<Record<string, unknown>> = {}): void {
    this.program(`new CancellationRequest("request", ${JSON.stringify(args)}, ${JSON.stringify(opts)});`);
  }

  /** Writes a program with one sweep, named "sweep". */
  sweep(args: Readonly<Record<string, unknown>>, opts: Readonly<Record<string, unknown>> = {}): void {
    this.program(`new CancellationSweep("sweep", ${JSON.stringify(args)}, ${JSON.stringify(opts)});`);
  }

  async up(): Promise<Result> {
    return succeeded(await this.stack.up());
  }

  async refresh(): Promise<Result> {
    return succeeded(await this.stack.refresh());
  }

  async destroy(): Promise<Result> {
    return succeeded(await this.stack.destroy());
  }

  async preview(): Promise<Result> {
    return succeeded(await this.stack.preview());
  }

  /** Runs an `up` that must fail, with an output that matches. */
  async upFails(message: RegExp): Promise<Result> {
    return failed(await this.stack.up(), message);
  }

  /** Returns the resource of this name in the state, or `undefined` when there is none. */
  async state(name = "request"): Promise<ResourceState | undefined> {
    const { resources } = await this.stack.state();
    return resources.find(({ urn, custom }) => custom && urn.endsWith(`::${name}`));
  }

  /** Returns the outputs of the resource of this name, without those that its host adds to them. */
  async outputs(name = "request"): Promise<Readonly<Record<string, unknown>>> {
    const state = await this.state(name);
    assert.ok(state, `there is no ${name} in the state`);
    return Object.fromEntries(Object.entries(state.outputs).filter(([key]) => !key.startsWith("__")));
  }

  async outcome(name = "request"): Promise<unknown> {
    return (await this.outputs(name))["outcome"];
  }

  cancels(operation?: string): number {
    return this.emulator.calls.count("cancel", operation);
  }
}

export function succeeded(result: Result): Result {
  assert.ok(result.succeeded, result.output);
  return result;
}

export function failed(result: Result, message: RegExp): Result {
  assert.equal(result.succeeded, false, `this should have failed:\n${result.output}`);
  assert.match(result.output, message);
  return result;
}

/** Returns the steps of a result, without unchanged resources. */
export function changes(result: Result): Op[] {
  return result.steps.map(({ op }) => op).filter((op) => op !== "same");
}
