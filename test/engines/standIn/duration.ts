const unit = /(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)/;
const duration = new RegExp(`^[+-]?(?:0|(?:${unit.source})+)$`);

/** Whether Go's `time.ParseDuration`, by which the engine reads custom timeouts, would take it. */
export function isGoDuration(text: string): boolean {
  return duration.test(text);
}
