/** Returns the result of `promise`. Throws the error from `createError` if it takes longer than `milliseconds`. */
export async function withTimeout<T>(milliseconds: number, promise: Promise<T>, createError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(createError());
    }, Math.ceil(milliseconds));
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
