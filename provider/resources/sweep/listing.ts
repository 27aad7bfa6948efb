import type { Deadline } from "../../common/deadline";
import type { OperationsClient } from "../../operations/client";
import { RpcError } from "../../operations/errors";
import { StepError } from "../errors";
import { type Selected, type Selection, selectorOf } from "../inputs/selection";

/** A collection of operations, and the client, the selection and the deadline to list it with. */
export interface Collection {
  readonly client: OperationsClient;
  readonly name: string;
  readonly selection: Selection;
  readonly deadline: Deadline;
}

/** The page size to request. AIP-158 allows a server to return smaller pages. */
const pageSize = 1_000;

/**
 * How many pages in a row may show nothing new. AIP-158 allows empty pages before the last one, and a server that scans
 * for a rare match sends many. Without this limit, a server that sends only empty pages would be listed until the
 * deadline.
 */
const maxPagesWithoutProgress = 1_000;

/**
 * Lists the selected operations of a collection, page by page, done or not.
 *
 * @throws {CannotListError} if the service can't list
 * @throws {StepError} if the listing doesn't end
 */
export async function* listPages({ client, name, selection, deadline }: Collection): AsyncGenerator<Selected> {
  const select = selectorOf(selection);
  const tokens = new Set<string>();
  const names = new Set<string>();
  let pageToken: string | undefined;
  let withoutProgress = 0;
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
    yield select(page.operations, deadline.callTimeout);

    pageToken = page.nextPageToken;
    if (pageToken === undefined) return;
    const known = names.size;
    for (const operation of page.operations) names.add(operation.name);
    withoutProgress = names.size > known ? 0 : withoutProgress + 1;
    if (tokens.has(pageToken)) {
      throw new StepError(`${name}: the listing doesn't end, because the server repeats a page token. ${whatToDo}`);
    }
    if (withoutProgress >= maxPagesWithoutProgress) {
      throw new StepError(
        `${name}: the listing makes no progress: ${withoutProgress} pages in a row show no new operation. ${whatToDo}`,
      );
    }
    tokens.add(pageToken);
  }
}

const whatToDo = "Report this to the service's provider. A sweep can use `names` instead of a listing.";

/** Describes for the user how far a listing is. */
export function describeListing(collection: string, pages: number, matching: number): string | undefined {
  if (pages === 0) return undefined;
  return `Listed ${pages} page${pages === 1 ? "" : "s"} of ${collection} so far, with ${matching} matching operations.`;
}

/** The service returned UNIMPLEMENTED for a list. */
export class CannotListError extends StepError {
  constructor(collection: string) {
    super(
      `${collection} can't be listed, because the service returned UNIMPLEMENTED. In a sweep, use \`names\`. Instead of listOperations, use getOperation.`,
    );
    this.name = "CannotListError";
  }
}

function isUnimplemented(error: unknown): boolean {
  return error instanceof RpcError && error.code === "UNIMPLEMENTED";
}
