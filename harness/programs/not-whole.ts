/** A file, or what was printed, that is no whole document. Its message quotes nothing of it. */
export class NotWholeError extends SyntaxError {
  override readonly name = 'SyntaxError';
}
