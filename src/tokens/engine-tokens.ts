import { StoreError } from '../errors/store-error.js';
import type { ConfirmedMemory } from '../store/backend/revocable.js';
import { type Document, decodeValue } from '../store/document/document.js';
import { decodeEntry, type TokenEntry } from './entry.js';
import type { TokenSource } from './token-source.js';

/** A request waits so long for an engine before its client is told to come again. */
const askMs = 2000;
/** Ids that are nobody's, between two changes of the tokens. */
const absentMax = 10_000;

/**
 * The tokens of an engine, from memory that was confirmed. What is not in it may have been created elsewhere a moment ago: then the engine
 * is asked, and until it has answered nobody is told that a token is unknown.
 */
export class EngineTokens implements TokenSource {
  readonly #memory: ConfirmedMemory;
  readonly #place: string;
  #document: Document = new Map();
  readonly #absent = new Set<string>();

  constructor(memory: ConfirmedMemory, place: string) {
    this.#memory = memory;
    this.#place = place;
  }

  look(): Document {
    const document = this.#memory.current();
    if (!document) {
      void this.#ask(undefined).catch(() => {});
      throw this.#unavailable(
        'no majority of its members, or no server, has confirmed lately what this process knows',
      );
    }
    if (document !== this.#document) this.#absent.clear();
    this.#document = document;
    return document;
  }

  find(id: string, isAsked: boolean): TokenEntry | undefined {
    const raw = this.#document.get(id);
    if (raw !== undefined) return decodeEntry(id, decodeValue(raw));
    if (!isAsked || this.#absent.has(id)) return undefined;
    void this.#ask(id).catch(() => {});
    throw this.#unavailable('it has not answered yet whether there is such a token');
  }

  prepare(id: string | undefined): Promise<void> | undefined {
    const document = this.#memory.current();
    const isAbsent = () => document === this.#document && this.#absent.has(id ?? '');
    const isKnown = document && (id === undefined || document.has(id) || isAbsent());
    return isKnown ? undefined : this.#ask(id);
  }

  close(): Promise<void> {
    this.#absent.clear();
    return this.#memory.close();
  }

  async #ask(id: string | undefined): Promise<void> {
    await this.#memory.confirm(performance.now() + askMs);
    if (id === undefined || this.look().has(id)) return;
    if (this.#absent.size >= absentMax) this.#absent.clear();
    this.#absent.add(id);
  }

  #unavailable(reason: string): StoreError {
    return new StoreError('E_UNAVAILABLE', `${this.#place} can't say who is let in: ${reason}`, {
      definite: true,
      file: this.#place,
      hint: 'Every token is refused until it can; try again',
    });
  }
}
