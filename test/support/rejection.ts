/** What `promise` was rejected with. */
export async function rejection<T extends Error = Error>(promise: Promise<unknown>): Promise<T> {
  const outcome = await promise.then(
    (value: unknown) => ({ value }),
    (error: unknown) => ({ error: error as T }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`there was no rejection, but ${JSON.stringify(outcome.value)}`);
}
