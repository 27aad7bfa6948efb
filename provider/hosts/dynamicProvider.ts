/**
 * What Pulumi's dynamic-provider host loads: the resources carry `require("pulumi-operation-cancellation/provider").NAME`,
 * so that these names stay what they are.
 */
import type { Context } from "../resources/context";
import type { Properties } from "../resources/state/record";
import * as requestSteps from "../resources/request";
import * as sweepSteps from "../resources/sweep/steps";
import { GrpcError, providerKey } from "./grpcError";
import { toJson } from "./plain";

/** What the engine calls of a resource, as the resources implement it. */
interface Steps {
  check(inputs: Properties, context: Context): { inputs: Properties; failures: { property: string; reason: string }[] };
  diff(outputs: Properties, inputs: Properties, context: Context): { changes: boolean; replaces: string[] };
  create(inputs: Properties, context: Context): Promise<{ id: string; outputs: Properties }>;
  read(id: string, outputs: Properties, context: Context): Promise<Properties>;
  update(id: string, outputs: Properties, inputs: Properties, context: Context): Promise<Properties>;
  remove(outputs: Properties, context: Context): Promise<void>;
}

/** The part of the host's ConfigureRequest that is used; `get` takes a namespaced key. */
interface ConfigureRequest {
  readonly config: { get(key: string): unknown };
}

/** The engine shows lines on stdout as it goes. */
const log = (line: string) => {
  console.log(line);
};

/** What the host calls, as in `pulumi.dynamic.ResourceProvider`. */
class DynamicProvider {
  private context: Context = { config: () => undefined, environment: process.env, log };

  constructor(private readonly steps: Steps) {}

  /** The host neither waits for this nor calls it again, so it must be done when it returns, and can't fail. */
  configure({ config }: ConfigureRequest): void {
    const read = (key: string) => {
      const value = config.get(key);
      return typeof value === "string" ? value : undefined;
    };
    this.context = { config: read, environment: process.env, log };
  }

  check(_old: Properties, news: Properties) {
    return attempt(news, () => {
      const { inputs, failures } = this.steps.check(given(news), this.context);
      return { inputs: toJson(inputs), failures };
    });
  }

  diff(_id: string, old: Properties, news: Properties) {
    return attempt(news, () => this.steps.diff(given(old), given(news), this.context));
  }

  create(inputs: Properties) {
    return attempt(inputs, async () => {
      const { id, outputs } = await this.steps.create(given(inputs), this.context);
      return { id, outs: toJson(outputs) };
    });
  }

  read(id: string, outputs: Properties) {
    return attempt(outputs, async () => ({
      id,
      props: toJson(await this.steps.read(id, given(outputs), this.context)),
    }));
  }

  update(id: string, old: Properties, news: Properties) {
    return attempt(news, async () => ({
      outs: toJson(await this.steps.update(id, given(old), given(news), this.context)),
    }));
  }

  delete(_id: string, outputs: Properties) {
    return attempt(outputs, () => this.steps.remove(given(outputs), this.context));
  }
}

/** The properties without the host's own, and without those that are null, which mean the same as those left out. */
function given(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter(([key, value]) => key !== providerKey && value !== null && value !== undefined),
  );
}

async function attempt<T>(properties: Properties, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw new GrpcError(error, properties[providerKey]);
  }
}

/** The provider of `CancellationRequest`. */
export const request = new DynamicProvider(requestSteps);

/** The provider of `CancellationSweep`. */
export const sweep = new DynamicProvider(sweepSteps);
