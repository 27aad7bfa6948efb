import type { Emulator, Fault, FaultHandle, FaultRule } from "../../provider/emulator";

/** Names operations whose acknowledged cancel the emulator may forget. They must end by themselves. */
export const forgotten = /-forgotten$/;

const kinds: readonly (FaultRule & { readonly then: Fault })[] = [
  { then: { status: 503 } },
  { then: { status: 503, retryInfo: 0.05 } },
  { then: { status: 503, retryAfter: 0 } },
  { then: { status: 503, retryAfter: new Date(0) } },
  { then: { status: 503 }, carriedOut: true },
  { then: { status: 500 } },
  { then: { status: 504, body: "html" }, carriedOut: true },
  { then: { status: 502, body: "html" } },
  { then: { status: 408, body: "empty" } },
  { then: { status: 429, retryInfo: 0.05 } },
  { then: { status: 403 } },
  { then: { status: 401 } },
  { then: { status: 404, body: "html" } },
  { then: { redirect: "http://127.0.0.1:9/" } },
  { then: { reset: "beforeHeaders" } },
  { then: { reset: "withinHeaders" } },
  { then: { reset: "afterHeaders" } },
  { then: { reset: "withinBody" } },
  { then: "lostAnswer" },
  { then: "goesBack" },
  { then: { body: "truncated" } },
  { then: { body: "html" } },
  { then: { body: "empty" } },
  { then: { body: { json: [1, { done: true }] } } },
  { then: { answersFor: "operations/other" } },
  { method: "get", then: "dropped" },
];

/** Faults of a few numbered calls. Each costs a whole pause, a whole time limit, or a wait for the operation's end. */
const counted: readonly FaultRule[] = [
  { then: { status: 429 }, calls: [50, 500, 1500] },
  { then: { status: 503, retryAfter: 1 }, calls: [60, 600, 1600] },
  { then: "noAnswer", calls: [70, 700, 1700] },
  { method: "cancel", name: forgotten, then: "dropped", calls: [10, 20, 30, 40, 50, 60, 70, 80] },
];

/** Makes `share` of the calls fail, with all kinds of faults. */
export function injectFaults(emulator: Emulator, share: number): { kinds: number; hits: () => number[] } {
  const probability = 1 - (1 - share) ** (1 / kinds.length);
  const handles: FaultHandle[] = [
    ...kinds.map((rule) => emulator.fault({ ...rule, probability })),
    ...counted.map((rule) => emulator.fault(rule)),
  ];
  emulator.fault({ delay: 100, probability: 0.05 });
  return { kinds: handles.length, hits: () => handles.map(({ hits }) => hits) };
}
