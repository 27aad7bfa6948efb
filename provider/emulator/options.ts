import type { Call } from "./callLog";
import type { OperationSpec } from "./operationSpec";

/** Every setting of an emulator; all have defaults. */
export interface EmulatorOptions {
  /** Default 0: any free port. The address is always 127.0.0.1. */
  readonly port?: number;
  /** The first segment of every path. Default `"v1"`; another version is answered with a 404 page of HTML. */
  readonly version?: string;
  /** What the service knows from the start. More come with `add()`. */
  readonly operations?: readonly OperationSpec[];
  /** Generated names and faults of a probability are the same for the same seed. Default 1. */
  readonly seed?: number;
  /**
   * The clock, in milliseconds: operations settle and tokens expire by it. Default `Date.now`. A signed assertion is
   * judged by it too, so a clock far from the real one refuses those of a caller that uses the real one.
   */
  readonly now?: () => number;
  readonly pageSize?: PageSizes;
  /** Methods that the service as a whole answers with UNIMPLEMENTED. Default: none. */
  readonly unimplemented?: readonly ("list" | "cancel" | "delete")[];
  /**
   * Refuses a call whose `x-goog-api-client` header lacks a `rest/` and a `gapic/` token, as Google's reference server
   * for generated clients does (INVALID_ARGUMENT). Default `false`.
   */
  readonly requireApiClientHeader?: boolean;
  /** How the service labels its JSON. Default `"application/json; charset=UTF-8"`; that reference server: `text/plain`. */
  readonly contentType?: string;
  /**
   * `"required"`: a call without an unexpired access token that the emulator issued is answered 401 UNAUTHENTICATED.
   * Default `"any"`: none is needed, nor looked at. The services that give tokens are as strict either way.
   */
  readonly tokens?: "any" | "required";
  /** With `tokens: "required"`: of these a token needs one, else 403. Default: any scope will do. */
  readonly scopes?: readonly string[];
  /**
   * With `tokens: "required"`: who is let in, by address: a token's subject, or without one its service account; others
   * get 403, as who is no reseller gets from Cloud Channel. Default: everyone.
   */
  readonly callers?: readonly string[];
  /**
   * The audience of a signed assertion. Default `https://oauth2.googleapis.com/token`. The emulator's own `/token` is
   * good too, as the key files that it makes name it.
   */
  readonly tokenAudience?: string;
  /** Milliseconds that a token from `/token` and from the metadata server lasts. Default: an hour. */
  readonly tokenLifetime?: number;
  /** The account that the metadata server speaks for. Default `default@emulated-project.iam.gserviceaccount.com`. */
  readonly metadataAccount?: string;
  /** What the metadata server and the key files say. Default `googleapis.com`. */
  readonly universeDomain?: string;
  /** `"counts"`: keeps no calls, only their numbers; for long runs. Default `"full"`. */
  readonly log?: "full" | "counts";
  /** Told of every call once its answer was sent or cut off. */
  readonly onCall?: (call: Call) => void;
  /** Serves `POST /emulator/operations`, which adds the operation in its body. Default `false`. */
  readonly admin?: boolean;
}

/** The API documents no sizes; these are the emulator's own. Page size 0 means the default; more than the maximum, the maximum. */
export interface PageSizes {
  /** Default 50. */
  readonly default?: number;
  /** Default 1,000. */
  readonly maximum?: number;
  /**
   * At most how many operations a page is picked from. With a filter, pages then come short, or empty, with more to
   * follow, as AIP-158 allows. Default: no limit.
   */
  readonly scanned?: number;
}
