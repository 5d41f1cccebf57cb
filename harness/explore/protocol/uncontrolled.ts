/** It does something that can't be controlled. */
export class UncontrolledError extends Error {
  override readonly name = 'UncontrolledError';
}

export function blockedError(client: string): UncontrolledError {
  return new UncontrolledError(
    `${client} can't be explored: it waits inside a call that the gate does not stop, as for a lock of the kernel`,
  );
}

/**
 * An execution that does not go on may wait for what no step can bring about.
 * @param unsteered what clients did outside the gate
 * @throws UncontrolledError where there is any
 */
export function refuseUnsteered(unsteered: readonly string[], reason = ''): void {
  if (unsteered.length === 0) return;
  const what = unsteered.slice(0, 5).join(', ');
  throw new UncontrolledError(`${reason}; that may be for what the gate does not steer: ${what}`);
}
