import type { Properties } from "./values";

/** The engine's view of a provider. Secrets are in envelopes. */
export interface Provider {
  check(urn: string, olds: Properties, news: Properties): Promise<Checked>;
  diff(urn: string, id: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Difference>;
  create(urn: string, inputs: Properties, options?: StepOptions): Promise<Created>;
  read(urn: string, id: string, inputs: Properties, outputs: Properties, options?: StepOptions): Promise<Read>;
  update(
    urn: string,
    id: string,
    oldInputs: Properties,
    oldOutputs: Properties,
    news: Properties,
    options?: StepOptions,
  ): Promise<Properties>;
  delete(urn: string, id: string, inputs: Properties, outputs: Properties, options?: StepOptions): Promise<void>;
}

export interface StepOptions {
  /** In seconds. Default: the provider's own. */
  readonly timeout?: number | undefined;
  /** Only finds out what the step would return, as far as that is known. */
  readonly preview?: boolean;
}

export interface Checked {
  readonly inputs: Properties;
  readonly failures: readonly CheckFailure[];
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface Difference {
  readonly changes: boolean;
  /** Whether the change needs a replacement. */
  readonly replaces: boolean;
}

export interface Created {
  /** Empty in a preview. */
  readonly id: string;
  readonly outputs: Properties;
}

export interface Read {
  /** Empty when the resource no longer exists. */
  readonly id: string;
  readonly outputs: Properties;
  /** The new inputs, if the provider returns any. */
  readonly inputs: Properties | undefined;
}

export interface Invoked {
  readonly outputs: Properties;
  readonly failures: readonly CheckFailure[];
}

/** A creation or update was only partially successful. The engine keeps the resource with these reasons. */
export class InitError extends Error {
  constructor(
    readonly id: string,
    readonly outputs: Properties,
    readonly reasons: readonly string[],
  ) {
    const count = reasons.length === 1 ? "1 error" : `${reasons.length} errors`;
    super(
      reasons.length === 0
        ? "resource init failed"
        : `${count} occurred:\n${reasons.map((reason) => `\t* ${reason}`).join("\n")}\n\n`,
    );
  }
}
