import { staleTokenHint } from "../auth/credentialErrors";
import type { Identity } from "../auth/identity";
import type { Deadline } from "../common/deadline";
import { type ClientOptions, type ListOptions, OperationsClient, type ReadOperation } from "../operations/client";
import { type CallError, RetriedCancelError, RpcError, isUnauthenticated } from "../operations/errors";
import type { OperationsPage } from "../operations/response";
import { isCloudChannel, type Service } from "./inputs/service";

/** The service that a client calls, and the identity that it calls as. */
export interface Caller {
  readonly service: Service;
  readonly identity: Identity;
}

/** A client that adds a hint to an error if the service refuses the caller. */
export class HintingClient extends OperationsClient {
  constructor(
    options: ClientOptions,
    private readonly caller: Caller,
  ) {
    super(options);
  }

  override cancel(name: string, deadline: Deadline): Promise<void> {
    return this.withHint(super.cancel(name, deadline));
  }

  override get(name: string, deadline: Deadline): Promise<ReadOperation> {
    return this.withHint(super.get(name, deadline));
  }

  override list(collection: string, options: ListOptions, deadline: Deadline): Promise<OperationsPage> {
    return this.withHint(super.list(collection, options, deadline));
  }

  private async withHint<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      const refusal = error instanceof RetriedCancelError ? error.cause : error;
      const hint = hintFor(refusal, this.caller);
      if (hint !== undefined) (refusal as CallError).message += `. ${hint.replace(/\.$/, "")}`;
      throw error;
    }
  }
}

/** Returns what to do about an error that the caller causes, and `undefined` for any other error. */
export function hintFor(error: unknown, { service, identity }: Caller): string | undefined {
  if (isUnauthenticated(error)) return staleTokenHint(identity);
  const refused = error instanceof RpcError && error.code === "PERMISSION_DENIED";
  return refused && isCloudChannel(service) ? resellersOnly(service, identity) : undefined;
}

function resellersOnly({ scopes }: Service, { subject }: Identity): string {
  const present = subject === undefined ? "it isn't set" : `it is ${subject}`;
  return (
    "Cloud Channel serves resellers only. Check that `subject`, the argument or the config cancellation:subject, is an " +
    `administrator of the reseller (${present}). Check that the reseller's domain delegates ${scopes.join(", ")} to the ` +
    "service account in the Google Admin console. Check that the Cloud Channel API is enabled in the service account's project"
  );
}
