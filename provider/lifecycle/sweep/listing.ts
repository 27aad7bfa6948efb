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

/**
 * The operations that the selection means, page by page, done or not.
 *
 * @throws {StepError} when the service can't list
 */
export async function* pages({ client, name, selection, deadline }: Collection): AsyncGenerator<readonly Operation[]> {
  const isMeant = matcherOf(selection);
  const tokens = new Set<string>();
  let pageToken: string | undefined;
  for (;;) {
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
    pageToken = page.nextPageToken;
    if (pageToken === undefined) return;
    // It would go on for ever.
    if (tokens.has(pageToken))
      throw new StepError(`${name}: the listing does not end: the server repeats a page token.`);
    tokens.add(pageToken);
  }
}

/** The service answered UNIMPLEMENTED to a list. */
export class CannotListError extends StepError {
  constructor(collection: string) {
    super(
      `${collection} can't be listed: the service answered UNIMPLEMENTED. Name the operations one by one: in a sweep with \`names\`, else with getOperation.`,
    );
    this.name = "CannotListError";
  }
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof RpcError && error.code === "UNIMPLEMENTED";
}
