import type { Properties } from "./values";

/** The engine's view of the provider of dynamic resources. Secrets are in envelopes. */
export interface Provider {
  check(urn: string, olds: Properties, news: Properties): Promise<Checked>;
  diff(urn: string, id: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Difference>;
  create(urn: string, inputs: Properties): Promise<Created>;
  read(urn: string, id: string, inputs: Properties, outputs: Properties): Promise<Read>;
  update(urn: string, id: string, oldInputs: Properties, oldOutputs: Properties, news: Properties): Promise<Properties>;
  delete(urn: string, id: string, inputs: Properties, outputs: Properties): Promise<void>;
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
