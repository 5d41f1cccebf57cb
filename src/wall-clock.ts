/** The clock of the system, in milliseconds: the one that an expiry which another machine has written can be compared with. */
export function wallClock(): number {
  return Date.now();
}
