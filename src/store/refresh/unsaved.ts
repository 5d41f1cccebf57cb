import type { Version } from '../backend/claims.js';

/** An answer that could not be stored yet. */
export interface Unsaved {
  version: Version;
  answer: unknown;
  /** The claim that keeps the others from presenting the spent token. Undefined where the lease was over before. */
  claim: string | undefined;
}

/**
 * The answers of each file that are not stored yet, by the versions that they replace. A provider gives each answer once.
 * All stores that this process opens on a file share them, so that the next store can save what the last one could not.
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

  /** Removes and returns one: it is stored, or of no use any more. */
  take(version: Version): Unsaved | undefined {
    const answers = byFile.get(this.#file);
    const found = answers?.get(nameOf(version));
    answers?.delete(nameOf(version));
    if (answers?.size === 0) byFile.delete(this.#file);
    return found;
  }

  /** The answers for other versions of a credential than the current one. Most often there are none, and nothing is hashed. */
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
