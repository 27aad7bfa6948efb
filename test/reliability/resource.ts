import type { Emulator } from "../../provider/emulator";
import { request } from "../../provider/hosts/dynamicProvider";
import type { GrpcError } from "../../provider/hosts/grpcError";

export const name = "operations/AbC";
export const __provider = "exports.handler=…";

type Properties = Readonly<Record<string, unknown>>;
export type Provider = typeof request;

/** How a step ended: as declared; as a partial creation or update, which is kept; or with nothing new to keep. */
export interface Ending {
  readonly ended: "done" | "partial" | "failed";
  /** The error's words. */
  readonly message: string;
}

/** A provider of its own, as a host has one for itself, with Cloud Channel's calls going to `endpoint`. */
export function providerFor(endpoint: string, config: Readonly<Record<string, string>> = {}): Provider {
  const Provider = request.constructor as new (steps: unknown) => Provider;
  const provider = new Provider((request as unknown as { steps: unknown }).steps);
  const settings: Readonly<Record<string, string>> = { "cancellation:endpoint": endpoint, ...config };
  provider.configure({ config: { get: (key) => settings[key] } });
  return provider;
}

/** One resource as the engine keeps it: what a step ended with becomes the state that the next one starts from. */
export class Resource {
  readonly id: string;
  /** Absent until it was created, wholly or in part. */
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

/** How many times the service answered a cancel with an acknowledgement. */
export function acknowledgements(emulator: Emulator, of = name): number {
  return emulator.calls.all({ method: "cancel", name: of }).filter(({ status }) => status === 200).length;
}
