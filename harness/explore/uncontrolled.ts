/** It does something that can't be controlled. */
export class UncontrolledError extends Error {
  override readonly name = 'UncontrolledError';
}
