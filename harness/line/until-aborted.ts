/**
 * Resolves when the signal aborts, which may have been long ago: a listener alone would then wait for ever.
 * @param over ends the wait: a signal that outlives those who wait for it must not gather their listeners
 */
export function untilAborted(signal: AbortSignal, over?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, ...(over ? { signal: over } : {}) });
  });
}
