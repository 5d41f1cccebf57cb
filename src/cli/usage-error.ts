/** The user asked for something that doesn't exist or makes no sense: exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';

  /** @param hint what was expected, or what to do next */
  constructor(message: string, hint?: string) {
    super(hint ? `${message}; ${hint}` : message);
  }
}

/** The request makes sense, and nothing matches it: exit code 4. */
export class NothingMatchedError extends UsageError {
  override readonly name = 'NothingMatchedError';
}
