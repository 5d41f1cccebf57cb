/** Nanoseconds since the epoch on the machine's monotonic clock, which all its processes share. */
export function nowSince(epoch: bigint): number {
  return Number(process.hrtime.bigint() - epoch);
}
