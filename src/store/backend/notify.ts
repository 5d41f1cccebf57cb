/** Calls a listener. Its error becomes a warning, because it must not make the reported event look failed. */
export function notify<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
