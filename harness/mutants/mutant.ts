import type { Guarantee } from '../core/verdict.js';

/** One change of the source that breaks a promise, and the tests that must notice it. */
export interface Mutant {
  /** What is wrong with it, as one would tell it. Unique. */
  name: string;
  /** The guarantee that it breaks; where GUARANTEES.md has no row of that number: who is let in, or a store that is slower and as safe. */
  breaks: Guarantee | 'tokens' | 'guard' | 'speed';
  /** The source that is changed, relative to the project. */
  file: string;
  /** Each text occurs there exactly once, and is replaced by the other. */
  edits: readonly (readonly [from: string, to: string])[];
  /** The test file that notices, relative to the project. */
  test: string;
}

/**
 * The source with the change made.
 * @throws Error where a text does not occur exactly once: the source has moved on, and the mutant must follow
 */
export function applyTo(source: string, { name, file, edits }: Mutant): string {
  return edits.reduce((text, [from, to]) => {
    const count = text.split(from).length - 1;
    if (count !== 1) {
      throw new Error(
        `the mutant "${name}" expects this text once in ${file}, and it is there ${count} times: ${from}`,
      );
    }
    return text.replace(from, () => to);
  }, source);
}
