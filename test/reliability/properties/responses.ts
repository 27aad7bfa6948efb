import assert from "node:assert/strict";
import fc from "fast-check";
import { assertShowable, assertSound, watchPrototypes } from "../soundness";
import { name, providerFor, Resource } from "../resource";
import { startWire, wired } from "./wire";

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

const statuses = [
  ...Array.from({ length: 24 }, () => 200),
  201,
  206,
  299,
  300,
  302,
  307,
  400,
  401,
  403,
  404,
  404,
  409,
  499,
  501,
  501,
];
const codeNames = fc.constantFrom(
  "NOT_FOUND",
  "UNIMPLEMENTED",
  "FAILED_PRECONDITION",
  "INTERNAL",
  "OK",
  "CANCELLED",
  "x",
  5,
  null,
);
/** Has no transient error, because the client would retry the cancel, and many such errors open the circuit. */
const codeNamesOfCancel = fc.constantFrom(
  "NOT_FOUND",
  "UNIMPLEMENTED",
  "FAILED_PRECONDITION",
  "CANCELLED",
  "OK",
  "x",
  5,
  null,
);

const odd = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.jsonValue({ maxDepth: 3 }));
const orOdd = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 20, arbitrary: usual }, odd);
const messages = orOdd(
  fc.constantFrom<unknown>(undefined, null, {}, { "@type": "t" }, { "@type": "t", operationType: "T" }),
);

const operations = fc.record(
  {
    name: orOdd(fc.constantFrom(name, name, name, name, name, "operations/other", "operations/abc", "")),
    done: orOdd(fc.constantFrom(true, true, true, false)),
    error: fc.oneof(
      fc.constant(undefined),
      odd,
      fc.record(
        {
          code: orOdd(fc.constantFrom(1, 1, 1, 0, 2, 13, -1, 1.5, 2 ** 63)),
          message: orOdd(fc.string({ unit: "binary" })),
          details: odd,
        },
        { requiredKeys: ["code"] },
      ),
    ),
    response: messages,
    metadata: messages,
    nextPageToken: odd,
  },
  { requiredKeys: ["name", "done"] },
);
const errors = (code: fc.Arbitrary<unknown>) =>
  fc.record({
    error: orOdd(
      fc.record({ code: odd, status: orOdd(code), message: orOdd(fc.string()), details: odd }, { requiredKeys: [] }),
    ),
  });

const bodies = (...usual: fc.Arbitrary<unknown>[]) =>
  fc.oneof(
    ...usual.map((arbitrary) => ({
      weight: 8,
      arbitrary: arbitrary.map((value) => Buffer.from(JSON.stringify(value))),
    })),
    // Truncated bodies, and bodies after a prefix.
    ...usual.map((arbitrary) =>
      fc
        .tuple(arbitrary, fc.nat(40), fc.constantFrom("", "\ufeff", " ", ")]}'\n", "\0"))
        .map(([value, cut, lead]) => Buffer.from(lead + JSON.stringify(value).slice(0, cut === 0 ? undefined : -cut))),
    ),
    fc.json().map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom("", "null", "[]", "{}", "<html>", '{"__proto__": {"done": true}}').map((text) => Buffer.from(text)),
  );
const answers = (status: readonly number[], body: fc.Arbitrary<Buffer>): fc.Arbitrary<Answer> =>
  fc.record({ status: fc.constantFrom(...status), body });

const cancelAnswers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ status: 200, body: Buffer.from("{}") }) },
  answers(statuses, bodies(fc.constant({}), errors(codeNamesOfCancel))),
);
const readAnswers = answers([...statuses, 408, 500, 503], bodies(operations, errors(codeNames)));

/**
 * Checks that a step always ends as the responses state. In particular, the step records `cancelled` only when the body
 * is the requested operation, done, with error code 1. The engine can receive all outputs, and every rejected promise
 * is handled.
 *
 * @returns the number of pairs of responses, and the number of each outcome
 */
export async function answersAreTakenAtTheirWord(
  numRuns: number,
): Promise<{ cases: number; outcomes: Map<string, number> }> {
  let answer: Readonly<Record<"POST" | "GET", Answer>>;
  const wire = await startWire((head) => {
    const { status, body } = answer[head.startsWith("POST") ? "POST" : "GET"];
    return wired(status, body);
  });
  const unseen: unknown[] = [];
  const onUnseen = (reason: unknown) => unseen.push(reason);
  process.on("unhandledRejection", onUnseen);
  const assertPrototypes = watchPrototypes();
  const outcomes = new Map<string, number>();
  let cases = 0;
  try {
    const provider = providerFor(wire.endpoint);
    await fc.assert(
      fc.asyncProperty(cancelAnswers, readAnswers, async (cancel, read) => {
        cases++;
        answer = { POST: cancel, GET: read };
        // This time limit is over at once, so there is one call of each method, without a retry.
        const resource = new Resource(provider, { operation: name, customTimeouts: { create: "1ns" } });
        const { ended, message } = await resource.up();
        if (ended !== "done") assertShowable(message);
        const { __provider, ...outputs } = resource.state ?? { __provider: "" };
        assert.equal(typeof __provider, "string");
        assertSound(outputs);
        const told = resource.state === undefined ? "nothing" : String(resource.state["outcome"]);
        outcomes.set(told, (outcomes.get(told) ?? 0) + 1);
        assert.equal(typeof resource.state?.["requestTime"] === "string", isAcknowledgement(cancel));
        assert.equal(told, expected(cancel, read));
        assertPrototypes();
        assert.deepEqual(unseen, []);
      }),
      { numRuns },
    );
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(unseen, []);
  } finally {
    process.off("unhandledRejection", onUnseen);
    await wire.stop();
  }
  return { cases, outcomes };
}

/** Returns the outcome that the step must record, computed from the responses alone. */
function expected(cancel: Answer, read: Answer): string {
  if (isAcknowledgement(cancel)) {
    if (errorOf(read) === "NOT_FOUND") return "notFound";
    return outcomeOf(read) ?? "cancelling";
  }
  const refusal = errorOf(cancel);
  if (refusal === "FAILED_PRECONDITION" || refusal === "UNIMPLEMENTED") return outcomeOf(read) ?? "nothing";
  if (refusal !== undefined) return "nothing";
  return isSuccess(cancel) ? "running" : "nothing";
}

/** Returns the operation's outcome, if the response has a settled operation. */
function outcomeOf(read: Answer): string | undefined {
  const { name: given, done, error, response, metadata } = objectOf(parse(read)) ?? {};
  if (!isSuccess(read) || given !== name || done !== true) return undefined;
  const isAny = (value: unknown) => value === undefined || value === null || objectOf(value) !== undefined;
  if (!isAny(error) || !isAny(response) || !isAny(metadata)) return undefined;
  const status = objectOf(error);
  if (status === undefined) return "succeeded";
  const { code = 0, message = "", details = [] } = status;
  const isStatus =
    (code === null || Number.isInteger(code)) &&
    (message === null || typeof message === "string") &&
    (details === null || Array.isArray(details));
  if (!isStatus) return undefined;
  if (code === 0 || code === null) return "succeeded"; // OK is not an error
  return code === 1 ? "cancelled" : "failed";
}

function isAcknowledgement(cancel: Answer): boolean {
  const body = objectOf(parse(cancel));
  return isSuccess(cancel) && body !== undefined && Object.keys(body).length === 0;
}

const known = /^(OK|CANCELLED|NOT_FOUND|UNIMPLEMENTED|FAILED_PRECONDITION|INTERNAL)$/;

/** Returns the code, if the response is a google.rpc error. */
function errorOf(answer: Answer): string | undefined {
  if (isSuccess(answer)) return undefined;
  const { status, message, details } = objectOf(objectOf(parse(answer))?.["error"]) ?? {};
  if (typeof status !== "string" || !known.test(status)) return undefined;
  if (message !== undefined && message !== null && typeof message !== "string") return undefined;
  if (details !== undefined && details !== null && !Array.isArray(details)) return undefined;
  return status;
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function parse({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString("utf8").replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
