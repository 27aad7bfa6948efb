/** When an operation is read: pauses before each read but the first, in milliseconds. */
export interface Schedule {
  readonly name: string;
  /** How long it waits before the first read. */
  readonly first: () => number;
  /** How long it waits between one read and the next; the first such pause has index 0. */
  readonly pause: (index: number) => number;
}

/** What others do, as far as their sources say it. */
export const otherSchedules: readonly Schedule[] = [
  {
    // google-gax for Node.js: `createDefaultBackoffSettings`, and `Operation.startPolling_`, which reads at once.
    name: "google-gax",
    first: () => 0,
    pause: (index) => Math.min(100 * 1.3 ** index, 60_000),
  },
  {
    // `WaitOperation` in googlecloudsdk/api_lib/util/waiter.py: a second, then exponential with a jitter of a second.
    name: "gcloud",
    first: () => 1_000,
    pause: (index) => Math.min(2_000 * 1.4 ** index, 180_000) + Math.random() * 1_000,
  },
  {
    // Its common operation waiter on the plugin SDK's `StateChangeConf`: never under 2 s, doubled up to 10 s.
    name: "terraform-provider-google",
    first: () => 0,
    pause: (index) => Math.min(2_000 * 2 ** index, 10_000),
  },
];
