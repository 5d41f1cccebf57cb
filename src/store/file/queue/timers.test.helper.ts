/** Timers of so many milliseconds never fire. @returns a function that ends that */
export function withoutTimersOf(ms: number): () => void {
  const { setTimeout: original } = globalThis;
  const replaced = (callback: () => void, after?: number) =>
    original(callback, after === ms ? 2 ** 31 - 1 : after);
  globalThis.setTimeout = Object.assign(replaced, original) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = original;
  };
}
