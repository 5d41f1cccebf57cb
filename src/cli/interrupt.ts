/** Returns a signal that is aborted when the user, or a script, ends the command. */
export function onInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.abort());
  return interrupt.signal;
}

/** What a command says, on standard error, of what it has printed after that. */
export const interrupted = 'Interrupted: what is reported is what had been finished.\n';
