import fc from "fast-check";
import type { Fault, FaultHandle } from "../../provider/emulator";
import type { Emulator } from "../../provider/emulator";

/** What happens to one call. */
export interface CallFault {
  readonly label: string;
  readonly then: Fault;
  readonly carriedOut?: boolean;
  /**
   * What the caller learns from the fault. `retried`: nothing, and the caller retries. `garbled`: nothing, and the
   * caller retries only a few times. `definite`: the service didn't carry out the call.
   */
  readonly tells: "retried" | "garbled" | "definite";
}

const fault = (label: string, then: Fault, tells: CallFault["tells"] = "retried", carriedOut?: boolean): CallFault => ({
  label,
  then,
  tells,
  ...(carriedOut !== undefined && { carriedOut }),
});

export const callFaults: readonly CallFault[] = [
  fault("lost", "lostAnswer"),
  fault("reset", { reset: "beforeHeaders" }),
  fault("reset within the headers", { reset: "withinHeaders" }),
  fault("truncated", { body: "truncated" }),
  fault("503", { status: 503 }),
  fault("503, carried out", { status: 503 }, "retried", true),
  fault("500", { status: 500 }),
  fault("429", { status: 429, retryInfo: 0.01 }),
  fault("504 of HTML, carried out", { status: 504, body: "html" }, "retried", true),
  fault("HTML", { body: "html" }, "garbled"),
  fault("a list", { body: { json: [] } }, "garbled"),
  fault("another object", { body: { json: { status: "ok" } } }, "garbled"),
  fault("400", { status: 400 }, "definite"),
  fault("401", { status: 401 }, "definite"),
  fault("403", { status: 403 }, "definite"),
  fault("404", { status: 404 }, "definite"),
  fault("404 of HTML", { status: 404, body: "html" }, "definite"),
  fault("409", { status: 409 }, "definite"),
  fault("FAILED_PRECONDITION", { status: 400, code: "FAILED_PRECONDITION" }, "definite"),
  fault("UNIMPLEMENTED", { status: 501 }, "definite"),
  fault("302", { redirect: "http://127.0.0.1:9/" }, "definite"),
];

/** The faults of one deployment's first calls, by method. */
export interface Faults {
  readonly cancel: readonly string[];
  readonly get: readonly string[];
  /** Whether the last fault of each method persists. */
  readonly persists: boolean;
  /** The numbers of the credential requests that fail, from 1. The value is `true` if a retry can succeed. */
  readonly credentials: Readonly<Record<number, boolean>>;
  /** Whether the endpoint refuses connections. */
  readonly refused: boolean;
}

export const noFaults: Faults = { cancel: [], get: [], persists: false, credentials: {}, refused: false };

/** Faults of reads alone: responses that say nothing new about the operation. */
const readFaults: readonly CallFault[] = [
  fault("goes back", "goesBack", "definite"),
  fault("another operation", { answersFor: "operations/other" }, "garbled"),
];

const labels = fc.constantFrom(...callFaults.map(({ label }) => label));
const labelsOfGet = fc.constantFrom(...[...callFaults, ...readFaults].map(({ label }) => label));
/** Faults that don't show whether the cancel was carried out. Only after these does the history continue. */
const ambiguousLabels = fc.constantFrom(
  ...callFaults.filter(({ tells }) => tells !== "definite").map(({ label }) => label),
);
const labelsOfCancel = fc.oneof(labels, ambiguousLabels);

export const someFaults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(noFaults) },
  // Rare cases: a cancel that gets no definite response several times, and an operation that can't be cancelled.
  {
    weight: 4,
    arbitrary: fc.record({
      cancel: fc.array(labelsOfCancel, { minLength: 1, maxLength: 3, size: "max" }),
      get: fc.constant([]),
      persists: fc.constant(true),
      credentials: fc.constant({}),
      refused: fc.constant(false),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ ...noFaults, cancel: ["UNIMPLEMENTED"], persists: true }) },
  { weight: 1, arbitrary: fc.constant({ ...noFaults, get: ["goes back"], persists: true }) },
  // A retry that the service refuses after an attempt that it may have carried out.
  {
    weight: 2,
    arbitrary: fc.record({
      cancel: fc.tuple(ambiguousLabels, fc.constantFrom("FAILED_PRECONDITION", "UNIMPLEMENTED", "403", "404")),
      get: fc.oneof(fc.constant([]), fc.array(labelsOfGet, { maxLength: 2 })),
      persists: fc.boolean(),
      credentials: fc.constant({}),
      refused: fc.constant(false),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      cancel: fc.array(labelsOfCancel, { maxLength: 3, size: "max" }),
      get: fc.array(labelsOfGet, { maxLength: 2 }),
      persists: fc.boolean(),
      credentials: fc.oneof(
        { weight: 3, arbitrary: fc.constant({}) },
        fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean()).map(([at, transient]) => ({ [at]: transient })),
      ),
      refused: fc.nat(14).map((chance) => chance === 14),
    }),
  },
);

export function faultNamed(label: string): CallFault {
  const found = [...callFaults, ...readFaults].find((each) => each.label === label);
  if (!found) throw new Error(`there is no fault ${label}`);
  return found;
}

/** Returns the fault of the call at `index`, from 0. */
export function faultAt(labelsOfMethod: readonly string[], persists: boolean, index: number): CallFault | undefined {
  const label = labelsOfMethod[index] ?? (persists ? labelsOfMethod.at(-1) : undefined);
  return label === undefined ? undefined : faultNamed(label);
}

/** Injects `faults` into the emulator's next calls. */
export function inject(emulator: Emulator, faults: Faults): readonly FaultHandle[] {
  return (["cancel", "get"] as const).flatMap((method) =>
    faults[method].map((label, index) => {
      const { then, carriedOut } = faultNamed(label);
      const isLast = index === faults[method].length - 1;
      const calls = faults.persists && isLast ? { from: index + 1 } : index + 1;
      return emulator.fault({ method, calls, then, ...(carriedOut !== undefined && { carriedOut }) });
    }),
  );
}
