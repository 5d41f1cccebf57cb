/** Runs what must not begin in a microtask, as what comes after an `await` does: a simulation runs the microtasks of its programs. */
export function inTurn<T>(run: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(run());
      } catch (error) {
        reject(error);
      }
    });
  });
}
