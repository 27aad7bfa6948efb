import type { Call } from "./callLog";
import type { FaultRule } from "./faults";
import type { OperationSpec } from "./operation";
import type { HttpResponse, ReceivedRequest, Service } from "./service";

/** The settings of an emulator. */
export interface EmulatorOptions {
  /** The port to listen on, at 127.0.0.1. Default 0: any free port. */
  readonly port?: number;
  /** The API version, which is the first segment of every path. Default `"v1"`. Others return a 404 page in HTML. */
  readonly version?: string;
  /** The operations to start with. `add()` adds more. */
  readonly operations?: readonly OperationSpec[];
  /** The faults to start with. `fault()` adds more. */
  readonly faults?: readonly FaultRule[];
  /** Makes generated names and the `probability` of faults reproducible. Default 1. */
  readonly seed?: number;
  /** The clock that operations settle and expire by, in milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  readonly pageSize?: PageSizes;
  /** Methods that return UNIMPLEMENTED for every operation. Default: none. */
  readonly unimplemented?: readonly ("list" | "cancel" | "delete")[];
  /**
   * Returns INVALID_ARGUMENT when the header `x-goog-api-client` has no `rest/` or no `gapic/` token, as Google's
   * reference server for generated clients does. Default `false`.
   */
  readonly requireApiClientHeader?: boolean;
  /**
   * The content type of JSON. Default `"application/json; charset=UTF-8"`. Google's reference server sends
   * `"text/plain"`.
   */
  readonly contentType?: string;
  /**
   * `"required"`: calls without a token from `issueToken()` return 401 UNAUTHENTICATED. `"any"`: the emulator ignores
   * credentials. Default `"any"`.
   */
  readonly tokens?: "any" | "required";
  /** `"counts"`: the call log counts calls but doesn't keep them, which suits long runs. Default `"full"`. */
  readonly log?: "full" | "counts";
  /** A listener, called after each response. */
  readonly onCall?: (call: Call) => void;
  /**
   * Serves `POST /emulator/operations`, which adds the operation in its body, `POST /emulator/tokens`, which issues a
   * token, and POST, GET and DELETE of `/emulator/faults`. Default `false`.
   */
  readonly admin?: boolean;
  /** @internal Other services at the same address, for tests of identities. They precede the operations service. */
  readonly services?: readonly Service[];
  /** @internal With `tokens: "required"`: returns the error for a call whose token isn't sufficient. */
  readonly authorize?: (request: ReceivedRequest) => HttpResponse | undefined;
}

/** The sizes of a list's pages. The API doesn't document its own. */
export interface PageSizes {
  /** The size for requests without one, or with 0. Default 50. */
  readonly default?: number;
  /** The size for requests of more. Default 1,000. */
  readonly maximum?: number;
  /**
   * The maximum number of operations to examine for a page. With a filter, pages can then be short or empty although
   * more follow, as AIP-158 allows. Default: no limit.
   */
  readonly scanned?: number;
}
