let isInstalled = false;

/**
 * Ends the process when a line can't be written because the engine, which reads stdout and stderr, is gone. Nothing can
 * be recorded then. The host would print the error, which causes the next one, without end.
 */
export function endWithEngine(): void {
  if (isInstalled) return;
  isInstalled = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(1);
    });
  }
}
