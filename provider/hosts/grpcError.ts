import { wireSize } from "../common/wireSize";
import { truncateToBytes } from "../common/text";
import { PartialError, reasonOf } from "../resources/errors";
import { toJson } from "./plain";

/** The property that holds the code of a dynamic resource's provider. */
export const providerKey = "__provider";

/**
 * The limits of an error's message and properties, in bytes. gRPC sends an error in HTTP headers, and Node.js sends at
 * most 64 KB of headers. With more, the call never returns. The headers contain the message three times: once
 * percent-encoded, and twice in base64 with the properties.
 */
const maxMessageBytes = 4 * 1024;
const maxPropertyBytes = 24 * 1024;

/**
 * An error in a form that suits the dynamic-provider host. The host prints name and stack next to the message, reads a
 * numeric `code` as a gRPC status, and keeps a resource whose error has an `id`.
 */
export class GrpcError extends Error {
  readonly id?: string;
  readonly properties?: Record<string, unknown>;
  readonly reasons?: string[];

  /**
   * @param defaults the values of outputs that the error may lack. One is `__provider`, without which the engine can't
   * refresh or destroy a resource that it keeps.
   */
  constructor(error: unknown, defaults: Readonly<Record<string, unknown>>) {
    super(sendable(reasonOf(error)));
    this.name = "";
    this.stack = "";
    if (error instanceof PartialError) {
      this.id = error.id;
      this.properties = { ...defaults, ...shortened(toJson(error.outputs)) };
      this.reasons = [this.message];
    }
  }
}

/**
 * Returns text that a header can carry and a terminal can show. An unpaired surrogate, which UTF-8 can't encode, would
 * keep the call from returning. A service's control characters could change the terminal, and its line breaks could
 * imitate other output.
 */
export function sendable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, " ");
  const beginning = truncateToBytes(line, maxMessageBytes);
  return Buffer.byteLength(line) > maxMessageBytes ? `${beginning}… (cut)` : beginning;
}

/** Replaces the largest parts of what was read of the operation, until the outputs fit. A refresh reads them again. */
function shortened(outputs: Record<string, unknown>): Record<string, unknown> {
  const cut = { cut: "left out of an error that was too large. A refresh reads it" };
  const error = outputs["error"] as { message: string } | undefined;
  const shorter = {
    response: cut,
    metadata: cut,
    error: error && { ...error, message: sendable(error.message), details: [cut] },
    operationType: cut.cut,
  };
  let result = outputs;
  for (const [key, value] of Object.entries(shorter)) {
    if (wireSize(result) <= maxPropertyBytes) break;
    if (key in result) result = { ...result, [key]: value };
  }
  // The outputs still count the operations of a sweep that they no longer name.
  for (const key of ["acknowledged", "operations"]) {
    let list = result[key];
    while (Array.isArray(list) && list.length > 0 && wireSize(result) > maxPropertyBytes) {
      list = list.slice(0, -1);
      result = { ...result, [key]: list };
    }
  }
  return result;
}
