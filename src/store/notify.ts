/** Calls a listener. Its own error must not make what it is told of look failed: it becomes a warning. */
export function notify<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}
