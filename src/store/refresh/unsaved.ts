import type { Version } from './claims.js';

/** An answer that could not be stored yet. */
export interface Unsaved {
  version: Version;
  answer: unknown;
  /** The claim that keeps the others from presenting the spent token; undefined where the lease was over before. */
  claim: string | undefined;
}

/**
 * The answers of one file that are not stored yet, by the versions that they replace: a provider gives each of them once.
 * All stores that this process opens on the file share them, so that the next one can store what the last one could not.
 */
const byFile = new Map<string, Map<string, Unsaved>>();

export class UnsavedAnswers {
  readonly #file: string;

  /** @param file its absolute path */
  constructor(file: string) {
    this.#file = file;
  }

  get(version: Version): Unsaved | undefined {
    return byFile.get(this.#file)?.get(nameOf(version));
  }

  add(version: Version, answer: unknown): void {
    const answers = byFile.get(this.#file) ?? new Map<string, Unsaved>();
    byFile.set(this.#file, answers);
    answers.set(nameOf(version), { version, answer, claim: undefined });
  }

  /** Takes one out: it is stored, or of no use any more. */
  take(version: Version): Unsaved | undefined {
    const answers = byFile.get(this.#file);
    const found = answers?.get(nameOf(version));
    answers?.delete(nameOf(version));
    if (answers?.size === 0) byFile.delete(this.#file);
    return found;
  }

  /** Those for other versions of a credential than the current one. Most often nothing is kept at all, and nothing is hashed. */
  superseded(current: () => Version): Unsaved[] {
    const answers = byFile.get(this.#file);
    if (!answers) return [];
    const { key, value } = current();
    return [...answers.values()].filter(({ version }) => version.key === key && version.value !== value);
  }
}

function nameOf({ key, value }: Version): string {
  return `${key}-${value}`;
}
