import { PartialError, reasonOf } from "../lifecycle/errors";
import { plain } from "./plain";

/** The property in which a dynamic resource carries the code of its provider. */
export const providerKey = "__provider";

/**
 * An error in the form that the dynamic-provider host passes on well. It prints name and stack next to the message, takes a
 * numeric `code` for a gRPC status, and keeps a resource whose error has an `id`.
 */
export class HostError extends Error {
  readonly id?: string;
  readonly properties?: Record<string, unknown>;
  readonly reasons?: string[];

  /** @param provider the value of `__provider`, without which a resource kept could be neither refreshed nor destroyed */
  constructor(error: unknown, provider: unknown) {
    super(reasonOf(error));
    this.name = "";
    this.stack = "";
    if (error instanceof PartialError) {
      this.id = error.id;
      this.properties = { ...plain(error.outputs), [providerKey]: provider };
      this.reasons = [this.message];
    }
  }
}
