import type { Emulator } from "../../provider/emulator";
import { request } from "../../provider/hosts/dynamicProvider";
import type { GrpcError } from "../../provider/hosts/grpcError";

export const name = "operations/AbC";
export const __provider = "exports.handler=…";

type Properties = Readonly<Record<string, unknown>>;
export type Provider = typeof request;

/** How a step ended. After `partial`, the state has the resource with an error. After `failed`, it is unchanged. */
export interface Ending {
  readonly ended: "done" | "partial" | "failed";
  /** The error's message. */
  readonly message: string;
}

/**
 * Returns a separate provider, as each host has one. Its calls to Cloud Channel go to `endpoint`.
 *
 * @param of the provider of the resource
 */
export function providerFor(
  endpoint: string,
  config: Readonly<Record<string, string>> = {},
  of: Provider = request,
): Provider {
  const Provider = of.constructor as new (steps: unknown) => Provider;
  const provider = new Provider((of as unknown as { steps: unknown }).steps);
  const settings: Readonly<Record<string, string>> = { "cancellation:endpoint": endpoint, ...config };
  provider.configure({ config: { get: (key) => settings[key] } });
  return provider;
}

/** One resource as the engine keeps it. A step starts from the state that the previous step left. */
export class Resource {
  readonly id: string;
  /** Absent until the resource is created, completely or partially. */
  state: Properties | undefined;

  constructor(
    private readonly provider: Provider,
    readonly inputs: Properties,
    prior?: Properties,
  ) {
    this.id = `//cloudchannel.googleapis.com/${String(inputs["operation"])}`;
    this.inputs = { ...inputs, __provider };
    this.state = prior && { ...this.inputs, ...prior };
  }

  up(): Promise<Ending> {
    const { state } = this;
    return this.step(async () =>
      state === undefined
        ? (await this.provider.create(this.inputs)).outs
        : (await this.provider.update(this.id, state, this.inputs)).outs,
    );
  }

  refresh(): Promise<Ending> {
    const state = this.state ?? {};
    return this.step(async () => (await this.provider.read(this.id, state)).props);
  }

  destroy(): Promise<Ending> {
    const state = this.state ?? {};
    return this.step(async () => {
      await this.provider.delete(this.id, state);
      return undefined;
    });
  }

  private async step(work: () => Promise<Properties | undefined>): Promise<Ending> {
    try {
      const outputs = await work();
      this.state = outputs && { ...outputs, __provider };
      return { ended: "done", message: "" };
    } catch (error) {
      const { id, properties, message } = error as GrpcError;
      if (id === undefined) return { ended: "failed", message };
      this.state = properties;
      return { ended: "partial", message };
    }
  }
}

/** Returns the number of cancels that the service acknowledged. */
export function acknowledgements(emulator: Emulator, of = name): number {
  return emulator.calls.all({ method: "cancel", name: of }).filter(({ status }) => status === 200).length;
}
