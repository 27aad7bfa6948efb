import type { Deadline } from "../../common/deadline";
import type { OperationsClient } from "../../operations/client";
import { RpcError } from "../../operations/errors";
import { StepError } from "../errors";
import { type Selected, type Selection, selectorOf } from "../inputs/selection";

/** A collection of operations, and the means to list it. */
export interface Collection {
  readonly client: OperationsClient;
  readonly name: string;
  readonly selection: Selection;
  readonly deadline: Deadline;
}

/** AIP-158 lets a server coerce a larger one to what it likes. */
const pageSize = 1_000;

/**
 * How many pages in a row may show nothing new. An empty page that isn't the last one is allowed (AIP-158), and a server that
 * scans for a rare match sends many; one that sends nothing else would be listed until the deadline.
 */
const maxPagesWithoutProgress = 1_000;

/**
 * The operations of a collection that the selection means, page by page, done or not.
 *
 * @throws {CannotListError} when the service can't list
 * @throws {StepError} when the listing doesn't come to an end
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
      throw new StepError(`${name}: the listing does not end: the server repeats a page token. ${whatToDo}`);
    }
    if (withoutProgress >= maxPagesWithoutProgress) {
      throw new StepError(
        `${name}: the listing makes no progress: ${withoutProgress} pages in a row show no new operation. ${whatToDo}`,
      );
    }
    tokens.add(pageToken);
  }
}

const whatToDo = "Report it to the service, or name the operations one by one: in a sweep with `names`.";

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
