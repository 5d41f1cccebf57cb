import { createScanner, type ScanError, type SyntaxKind } from 'jsonc-parser';

/** Why a text is not JSON. Never the content. */
export type FaultKind =
  | 'a comment'
  | 'a trailing comma'
  | 'a comma without an entry before it'
  | 'a merge marker'
  | 'a string without an end on its line'
  | 'a string with a control character'
  | 'a string with an unknown escape'
  | 'text without quotes'
  | 'a key without quotes'
  | 'a missing colon'
  | 'a missing comma'
  | 'a bracket that does not fit'
  | 'a second object'
  | 'text after the end of the object'
  | 'no object'
  | 'a value that ends too soon'
  | 'the end of the text, with brackets still open'
  | 'bytes that are not UTF-8'
  | 'zeros'
  | 'UTF-16';

export interface Fault {
  kind: FaultKind;
  /** An offset in the text. */
  at: number;
}

export interface Range {
  from: number;
  to: number;
}

/** The kind of a token: `string`, one of `{}[],:`, or `scalar` for numbers and literals. */
export type Token = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'scalar' | 'other' | 'end';

// By number, because the package has constants for the compiler only.
const tokens: Record<number, Token> = {
  1: '{',
  2: '}',
  3: '[',
  4: ']',
  5: ',',
  6: ':',
  7: 'scalar',
  8: 'scalar',
  9: 'scalar',
  10: 'string',
  11: 'scalar',
  17: 'end',
} satisfies Partial<Record<SyntaxKind, Token>>;
const comments = new Set([12, 13]);
const space = new Set([14, 15]);

const errors: Partial<Record<ScanError, FaultKind>> = {
  1: 'a comment',
  2: 'a string without an end on its line',
  3: 'text without quotes',
  4: 'a string with an unknown escape',
  5: 'a string with an unknown escape',
  6: 'a string with a control character',
};

/** Steps through the tokens of a text from any offset, and remembers the comments between them. */
export class Cursor {
  token: Token = 'end';
  from = 0;
  to = 0;
  /** Why this token is not JSON. */
  error: FaultKind | undefined;
  /** The comments that were passed, in order. */
  comments: Range[] = [];
  /** How many more characters may be read. A damaged text is tried from many offsets, and given up if that takes too long. */
  steps: number;
  readonly #scanner: ReturnType<typeof createScanner>;

  constructor(readonly text: string) {
    this.#scanner = createScanner(text);
    this.steps = 2 * text.length + 20_000_000;
  }

  /** Moves to the next token at or behind an offset. */
  seek(place: number): this {
    this.#scanner.setPosition(place);
    while (this.comments.at(-1) && (this.comments.at(-1)?.from ?? 0) >= place) this.comments.pop();
    return this.next();
  }

  next(): this {
    let kind: number;
    for (;;) {
      kind = this.#scanner.scan();
      this.steps -= this.#scanner.getTokenLength() + 1;
      if (space.has(kind)) continue;
      if (!comments.has(kind) || this.#scanner.getTokenError() !== 0) break;
      const from = this.#scanner.getTokenOffset();
      this.comments.push({ from, to: from + this.#scanner.getTokenLength() });
    }
    this.token = tokens[kind] ?? 'other';
    this.from = this.#scanner.getTokenOffset();
    this.to = this.from + this.#scanner.getTokenLength();
    this.error =
      errors[this.#scanner.getTokenError()] ?? (this.token === 'other' ? 'text without quotes' : undefined);
    return this;
  }
}
