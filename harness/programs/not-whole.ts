const mark = Symbol.for('holdfast.not-whole');

/** A file, or what was printed, that is no whole document. Its message quotes nothing of it. */
export class NotWholeError extends SyntaxError {
  override readonly name = 'SyntaxError';
  readonly [mark] = true;
}

/** The module of a target has a class of its own, from another copy of this file. */
export function isNotWhole(error: unknown): error is NotWholeError {
  return error instanceof SyntaxError && mark in error;
}
