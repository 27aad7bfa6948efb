/**
 * The module that Pulumi's dynamic-provider host loads. Never rename its exports: the state of each resource contains
 * `require("pulumi-operation-cancellation/provider").NAME`.
 */
import "../common/requireNode";

import type { Context } from "../resources/context";
import type { Properties } from "../resources/state/record";
import * as requestSteps from "../resources/request";
import * as sweepSteps from "../resources/sweep/steps";
import type { StepDifference } from "../resources/inputs/diff";
import { describeIssue, type Issue } from "../resources/inputs/schema";
import { endWithEngine } from "./endWithEngine";
import { GrpcError, providerKey, sendable } from "./grpcError";
import { toJson } from "./plain";

/** The steps of a resource that the engine calls. */
interface Steps {
  readonly optionalOutputs: readonly string[];
  check(inputs: Properties, context: Context): { inputs: Properties; failures: Issue[] };
  diff(outputs: Properties, inputs: Properties, context: Context): StepDifference;
  create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }>;
  read(id: string, outputs: Properties, context: Context): Promise<Properties>;
  update(id: string, outputs: Properties, inputs: Properties, context: Context): Promise<Properties>;
  remove(outputs: Properties, context: Context): Promise<void>;
}

/** The part of the host's ConfigureRequest that this module uses. `get` takes a key with its namespace. */
interface ConfigureRequest {
  readonly config: { get(key: string): unknown };
}

/** The engine shows the lines of stdout at once. All resources share this function, and so their lines. */
const stdout = (line: string) => {
  console.log(line);
};

/**
 * The methods of `pulumi.dynamic.ResourceProvider`, which the host calls.
 *
 * The engine doesn't tell a dynamic provider about Ctrl-C, so a step that runs at that time continues to its end.
 */
class DynamicProvider {
  private context: Context;

  /**
   * `null` for each optional output. An output that is missing is unknown in each preview, and Pulumi warns about it if
   * the program exports it. `null` is a known value.
   */
  private readonly absent: Readonly<Record<string, null>>;

  constructor(
    private readonly steps: Steps,
    private readonly log: Context["log"] = stdout,
  ) {
    this.absent = Object.fromEntries(steps.optionalOutputs.map((output) => [output, null]));
    this.context = { config: () => undefined, environment: process.env, log };
  }

  /**
   * Keeps the config's reader. The host doesn't wait for this method or call it again, so it must be synchronous and
   * can't fail. A program that imports this module doesn't call it.
   */
  configure({ config }: ConfigureRequest): void {
    endWithEngine();
    const read = (key: string) => {
      const value = config.get(key);
      return typeof value === "string" ? value : undefined;
    };
    this.context = { config: read, environment: process.env, log: this.log };
  }

  check(_old: Properties, news: Properties) {
    return this.attempt(news, () => {
      const { inputs, failures } = this.steps.check(given(news), this.context);
      // For a property the engine shows its value, and finds none below the top level. It may also be a credential.
      const reasons = failures.map((failure) => sendable(describeIssue(failure)));
      return { inputs: toJson(inputs), failures: reasons.map((reason) => ({ property: "", reason })) };
    });
  }

  /** Returns a provider that prints nothing, for a program that checks arguments before it declares a resource. */
  silent(): DynamicProvider {
    const provider = new DynamicProvider(this.steps);
    provider.context = { ...this.context, log: () => undefined };
    return provider;
  }

  diff(_id: string, old: Properties, news: Properties) {
    return this.attempt(news, () => {
      const { changes, replaces } = this.steps.diff(given(old), given(news), this.context);
      // A record of the plugin needs this host's property. The update that adds it makes no call.
      return { changes: changes || old[providerKey] === undefined, replaces };
    });
  }

  create(inputs: Properties) {
    return this.attempt(inputs, async () => {
      const { id, outputs } = await this.steps.create(given(inputs), this.context);
      return { id, outs: this.complete(outputs) };
    });
  }

  read(id: string, outputs: Properties) {
    return this.attempt(outputs, async () => ({
      id,
      props: this.complete(await this.steps.read(id, given(outputs), this.context)),
    }));
  }

  update(id: string, old: Properties, news: Properties) {
    return this.attempt(news, async () => ({
      outs: this.complete(await this.steps.update(id, given(old), given(news), this.context)),
    }));
  }

  delete(_id: string, outputs: Properties) {
    return this.attempt(outputs, () => this.steps.remove(given(outputs), this.context));
  }

  private complete(outputs: Properties): Record<string, unknown> {
    return { ...this.absent, ...toJson(outputs) };
  }

  private async attempt<T>(properties: Properties, step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw new GrpcError(error, { ...this.absent, [providerKey]: properties[providerKey] });
    }
  }
}

/** Leaves out the host's own property, and those that are `null` or `undefined`, which mean the same as absent ones. */
function given(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => key !== providerKey && value !== null && value !== undefined),
  );
}

/** The provider of `CancellationRequest`. */
export const request = new DynamicProvider(requestSteps);

/** The provider of `CancellationSweep`. */
export const sweep = new DynamicProvider(sweepSteps);
