import { staleTokenHint } from "../auth/credentialErrors";
import type { Identity } from "../auth/identity";
import type { Deadline } from "../common/deadline";
import { type ClientOptions, type ListOptions, OperationsClient, type ReadOperation } from "../operations/client";
import { type CallError, RetriedCancelError, RpcError, isUnauthenticated } from "../operations/errors";
import type { OperationsPage } from "../operations/response";
import { isCloudChannel, type Service } from "./inputs/service";

/** Whom a client calls, and as whom. */
export interface Caller {
  readonly service: Service;
  readonly identity: Identity;
}

/** A client whose errors say what to do where the caller is what the service refuses. */
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

/** What to do about an error that the caller is the cause of; `undefined` for any other. */
export function hintFor(error: unknown, { service, identity }: Caller): string | undefined {
  if (isUnauthenticated(error)) return staleTokenHint(identity);
  const refused = error instanceof RpcError && error.code === "PERMISSION_DENIED";
  return refused && isCloudChannel(service) ? resellersOnly(service, identity) : undefined;
}

function resellersOnly({ scopes }: Service, { subject }: Identity): string {
  const present = subject === undefined ? "it is not set" : `it is ${subject}`;
  return (
    "Cloud Channel is for resellers. Check that `subject`, the resource's or the config cancellation:subject, is an " +
    `administrator of the reseller (${present}); that the reseller's domain delegates ${scopes.join(", ")} to the service ` +
    "account, in its Google Admin console; and that the Cloud Channel API is enabled in the service account's project"
  );
}
