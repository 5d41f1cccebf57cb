/** The user asked for something that is not there or makes no sense: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  /** @param hint what was expected, or what to do next */
  constructor(message: string, hint?: string) {
    super(hint ? `${message}; ${hint}` : message);
  }
}
