/** Milliseconds on the clock that all processes of this machine share, with what is less than one. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
