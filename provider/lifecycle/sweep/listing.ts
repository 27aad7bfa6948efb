import { type Deadline, type Operation, type OperationsClient, RpcError } from "../../operations";
import { StepError } from "../errors";
import { matcherOf, type Selection } from "../selection";

/** A collection of operations, and the means to list it. */
export interface Collection {
  readonly client: OperationsClient;
  readonly name: string;
  readonly selection: Selection;
  readonly deadline: Deadline;
}

/** As many as AIP-158 lets a server coerce to what it likes. */
const pageSize = 1_000;

/** More pages than any collection has; a server that gives the same token for ever must not keep a step busy. */
const maxPages = 100_000;

/**
 * The operations that the selection means, page by page, done or not.
 *
 * @throws {StepError} when the service can't list
 */
export async function* pages({ client, name, selection, deadline }: Collection): AsyncGenerator<readonly Operation[]> {
  const isMeant = matcherOf(selection);
  let pageToken: string | undefined;
  for (let count = 0; count < maxPages; count++) {
    const page = await client
      .list(
        name,
        {
          pageSize,
          ...(selection.filter === undefined ? {} : { filter: selection.filter }),
          ...(pageToken === undefined ? {} : { pageToken }),
        },
        deadline,
      )
      .catch((error: unknown) => {
        throw isUnimplemented(error) ? new CannotListError(name) : error;
      });
    yield page.operations.filter(isMeant);
    if (page.nextPageToken === undefined) return;
    if (page.nextPageToken === pageToken)
      throw new StepError(`${name}: the listing does not get on: the server repeats a page token.`);
    pageToken = page.nextPageToken;
  }
  throw new StepError(`${name}: the listing does not end.`);
}

/** The service answered UNIMPLEMENTED to a list. */
export class CannotListError extends StepError {
  constructor(collection: string) {
    super(
      `${collection} can't be listed: the service answered UNIMPLEMENTED. Name the operations one by one, with \`names\`.`,
    );
    this.name = "CannotListError";
  }
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof RpcError && error.code === "UNIMPLEMENTED";
}
