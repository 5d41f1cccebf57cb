/**
 * Runs all that is due before the event loop would go on: ticks and microtasks. Node has no public way to do so from inside a
 * program; `process._tickCallback` is what it calls itself after each callback. Inside a microtask it does nothing.
 */
const tickCallback = (process as unknown as { _tickCallback?: () => void })._tickCallback?.bind(process);

/** @param onError is given what a tick throws */
export function drain(onError: (error: unknown) => void): void {
  for (;;) {
    try {
      tickCallback?.();
      return;
    } catch (error) {
      onError(error);
    }
  }
}

/** @throws Error where this Node, or this place in a program, can't do it */
export function requireDrain(): void {
  let hasRun = false;
  queueMicrotask(() => {
    hasRun = true;
  });
  drain(() => {});
  if (!hasRun) throw new Error("microtasks can't be run from here: a simulation must not begin in one");
}
