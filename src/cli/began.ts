let runs = 0;
let began = 0;

/** A command begins with its process. In one that has run others it begins when it is called. */
export function begin(): void {
  began = runs === 0 ? 0 : performance.now();
  runs++;
}

/** @returns when the command began, on the clock of `performance.now()` */
export function beganMs(): number {
  return began;
}
