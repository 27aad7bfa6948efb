import { wireSize } from "../common/wireSize";
import { truncateToBytes } from "../common/text";
import { PartialError, reasonOf } from "../resources/errors";
import { toJson } from "./plain";

/** The property in which a dynamic resource carries the code of its provider. */
export const providerKey = "__provider";

/**
 * gRPC sends an error in HTTP headers, of which Node.js sends 64 KB and no more: beyond that the call never answers. The
 * message is in there three times, percent-encoded once; the rest in base64. Both in bytes.
 */
const maxMessageBytes = 4 * 1024;
const maxPropertyBytes = 24 * 1024;

/**
 * An error in the form that the dynamic-provider host passes on well. It prints name and stack next to the message, takes a
 * numeric `code` for a gRPC status, and keeps a resource whose error has an `id`.
 */
export class GrpcError extends Error {
  readonly id?: string;
  readonly properties?: Record<string, unknown>;
  readonly reasons?: string[];

  /** @param provider the value of `__provider`, without which a resource kept could be neither refreshed nor destroyed */
  constructor(error: unknown, provider: unknown) {
    super(sendable(reasonOf(error)));
    this.name = "";
    this.stack = "";
    if (error instanceof PartialError) {
      this.id = error.id;
      this.properties = { ...shortened(toJson(error.outputs)), [providerKey]: provider };
      this.reasons = [this.message];
    }
  }
}

/**
 * Text that a header can carry and a terminal can show: an unpaired surrogate, which UTF-8 can't encode, would keep the call from
 * being answered; a control character of some service's words would steer the terminal, and a line of its own deceive.
 */
function sendable(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, " ");
  const beginning = truncateToBytes(line, maxMessageBytes);
  return Buffer.byteLength(line) > maxMessageBytes ? `${beginning}… (cut)` : beginning;
}

/** Without the largest parts of what was read of the operation, as far as they are too large; a refresh reads them again. */
function shortened(outputs: Record<string, unknown>): Record<string, unknown> {
  const cut = { cut: "left out of an error that was too large; a refresh reads it" };
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
  // A sweep's operations that are no longer named are still counted.
  for (const key of ["acknowledged", "operations"]) {
    let list = result[key];
    while (Array.isArray(list) && list.length > 0 && wireSize(result) > maxPropertyBytes) {
      list = list.slice(0, -1);
      result = { ...result, [key]: list };
    }
  }
  return result;
}
