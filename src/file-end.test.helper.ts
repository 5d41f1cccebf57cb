const calls: (() => void)[] = [];

/**
 * Does something each time that the tests of a file have ended. One worker runs many files, and loads a helper once: `afterAll`
 * in a helper would be for the first of them alone.
 */
export function atFileEnd(call: () => void): void {
  calls.push(call);
}

export function endFile(): void {
  for (const call of calls) call();
}
