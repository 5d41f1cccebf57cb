import { StoreError } from '../errors/store-error.js';
import type { Document } from '../store/document/document.js';
import { wrongInput } from './failures.js';
import { isSealed, type Seal } from './seal.js';

interface Engine {
  /** The store, for errors. */
  place: string;
  seal: Seal | undefined;
  /** As errors call it. */
  engine: string;
  /** What the names of all entries begin with in the engine. */
  before: string;
  /** What is put before such a name to bind a sealed value to its store. */
  bound: string;
  /** How a foreign name is removed, for errors. */
  removal: string;
}

/** What was read, and as it is stored. */
interface Opened {
  document: Document;
  /** By the name in the engine. */
  texts: ReadonlyMap<string, { text: string }>;
}

/** Entries as they lie in an engine: names percent-encoded, and values as JSON, sealed where there are keys. */
export class StoredEntries {
  readonly #engine: Engine;
  /** What the values were that are sealed as now: most of them stay as they are. */
  #opened = new Map<string, { text: string; raw: string }>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  nameOf(key: string): string {
    const { before, engine } = this.#engine;
    try {
      return `${before}${encodeURIComponent(key)}`;
    } catch {
      throw wrongInput(
        `a key on ${engine} must be well-formed Unicode, and this one has half of a surrogate pair`,
      );
    }
  }

  /** @returns what is stored of a value */
  close(name: string, raw: string): string {
    const { seal, bound } = this.#engine;
    return seal ? seal.seal(`${bound}${name}`, raw) : raw;
  }

  /**
   * @param rows all entries, in their order
   * @throws StoreError `E_CORRUPT` for what another program has written
   */
  open(rows: Iterable<readonly [name: string, text: string]>): Opened {
    const opened = new Map<string, { text: string; raw: string }>();
    const document = new Map<string, string>();
    for (const [name, text] of rows) {
      const known = this.#opened.get(name);
      const raw = known?.text === text ? known.raw : this.#raw(name, text);
      opened.set(name, { text, raw });
      document.set(this.#keyOf(name), raw);
    }
    this.#opened = opened;
    return { document, texts: opened };
  }

  #keyOf(name: string): string {
    const { before, removal } = this.#engine;
    try {
      return decodeURIComponent(name.slice(before.length));
    } catch {
      const hint = `Another program has written it: ${removal}`;
      throw this.#corrupt(`${this.#shown(name)} is not the name of an entry`, hint);
    }
  }

  #raw(name: string, text: string): string {
    const { seal, bound } = this.#engine;
    const raw = seal ? seal.open(`${bound}${name}`, text) : text;
    try {
      JSON.parse(raw);
    } catch {
      // The runtime's own message would quote the value.
      const hint = isSealed(raw)
        ? 'It is sealed: give the keys that the other processes have'
        : 'Another program has written it: set or remove it anew';
      throw this.#corrupt(`the entry ${this.#shown(name)} is no JSON value`, hint);
    }
    return raw;
  }

  #shown(name: string): string {
    return `${JSON.stringify(name)} of ${this.#engine.place}`;
  }

  #corrupt(message: string, hint: string): StoreError {
    return new StoreError('E_CORRUPT', message, { definite: true, file: this.#engine.place, hint });
  }
}
