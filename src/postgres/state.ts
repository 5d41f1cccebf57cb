import { StoreError } from '../errors/store-error.js';
import { wrongInput } from '../etcd/failures.js';
import { isSealed, type Seal } from '../etcd/seal.js';
import type { Document } from '../store/document/document.js';
import type { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { readStore } from './schema.js';

/** The whole store at one moment. */
export interface State {
  document: Document;
  /** What the last commit has left in the head; null where there was none. */
  head: string | null;
}

/** PostgreSQL takes values of 1 GB. So much at once would hold every other writer for long. */
const commitBytesMax = 64 * 1024 * 1024;

/** Entries as they lie in PostgreSQL: names percent-encoded, since its texts hold no NUL, and values sealed where there are keys. */
export class Layout {
  readonly #prefix: string;
  readonly #place: string;
  readonly #seal: Seal | undefined;
  #last: State | undefined;
  /** What the values were that are sealed as now: most of them stay as they are. */
  #opened = new Map<string, { text: string; raw: string }>();

  constructor({ prefix, place, seal }: PostgresSettings) {
    this.#prefix = prefix;
    this.#place = place;
    this.#seal = seal;
  }

  /** Reads head and entries at one moment, or only the head where it has not moved. */
  async load(line: Line, deadline: number, isBackground = false): Promise<State> {
    const last = this.#last;
    const parameters = [this.#prefix, String(last !== undefined), last?.head ?? null];
    const { row } = await line.ask(readStore, parameters, deadline, isBackground);
    const { head, entries } = row as { head: string | null; entries: string | null };
    if (last && entries === null) return last;
    const state = { head, document: this.#open(JSON.parse(entries ?? '[]')) };
    this.#last = state;
    return state;
  }

  /** @throws StoreError `E_INPUT` for more than one commit can be */
  edits(edits: ReadonlyMap<string, string | undefined>): string {
    const rows = [...edits].map(([key, raw]) => {
      const name = nameOf(key);
      return [
        name,
        raw === undefined || !this.#seal ? (raw ?? null) : this.#seal.seal(this.#full(name), raw),
      ];
    });
    const text = JSON.stringify(rows);
    if (Buffer.byteLength(text) > commitBytesMax)
      throw wrongInput(
        `a commit on PostgreSQL has ${commitBytesMax / 1024 / 1024} MiB at most, and this one has more`,
        'Nothing was stored: commit it in parts',
      );
    return text;
  }

  /** What a sealed value is bound to. */
  #full(name: string): string {
    return `${this.#prefix}/e/${name}`;
  }

  #open(rows: readonly [name: string, value: string][]): Document {
    const opened = new Map<string, { text: string; raw: string }>();
    const document = new Map<string, string>();
    for (const [name, text] of rows) {
      const known = this.#opened.get(name);
      const raw = known?.text === text ? known.raw : this.#raw(name, text);
      opened.set(name, { text, raw });
      document.set(this.#keyOf(name), raw);
    }
    this.#opened = opened;
    return document;
  }

  #keyOf(name: string): string {
    try {
      return decodeURIComponent(name);
    } catch {
      throw this.#corrupt(name, 'is not the name of an entry', 'Another program has written it: remove it');
    }
  }

  #raw(name: string, text: string): string {
    const raw = this.#seal ? this.#seal.open(this.#full(name), text) : text;
    try {
      JSON.parse(raw);
    } catch {
      // The runtime's own message would quote the value.
      const hint = isSealed(raw)
        ? 'It is sealed: give the keys that the other processes have'
        : 'Another program has written it: set or remove it anew';
      throw this.#corrupt(name, 'is no JSON value', hint);
    }
    return raw;
  }

  #corrupt(name: string, how: string, hint: string): StoreError {
    return new StoreError('E_CORRUPT', `the entry ${JSON.stringify(name)} of ${this.#place} ${how}`, {
      definite: true,
      file: this.#place,
      hint,
    });
  }
}

function nameOf(key: string): string {
  try {
    return encodeURIComponent(key);
  } catch {
    throw wrongInput(
      'a key on PostgreSQL must be well-formed Unicode, and this one has half of a surrogate pair',
    );
  }
}
