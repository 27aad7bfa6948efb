interface Job {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

/** Does what the parent process asks for, by the name of the job; ends with it. */
export function serve(jobs: Readonly<Record<string, (...given: never[]) => unknown>>): void {
  process.on("message", ({ id, name, given }: Job) => {
    const job = jobs[name] as ((...given: readonly unknown[]) => unknown) | undefined;
    Promise.resolve()
      .then(() => {
        if (!job) throw new Error(`there is no job "${name}"`);
        return job(...given);
      })
      .then(
        (result) => process.send?.({ id, result }),
        (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
      );
  });
  process.once("disconnect", () => process.exit());
}
