import { wrongInput } from '../etcd/failures.js';
import { StoredEntries } from '../etcd/stored-entries.js';
import type { Document } from '../store/document/document.js';
import type { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { readStore } from './schema.js';
import type { Conditions } from './session.js';

/** The whole store at one moment. */
export interface State {
  document: Document;
  /** The entries as they are stored, by their names. */
  texts: ReadonlyMap<string, { text: string }>;
  /** What the last commit has left in the head; null where there was none. */
  head: string | null;
  /** How many commits there were. */
  revision: number;
}

/** A state, and what a verifier was known to know at that moment; undefined where it is not registered. */
export interface SeenState {
  state: State;
  known: number | undefined;
}

/** PostgreSQL takes values of 1 GB. So much at once would hold every other writer for long. */
const commitBytesMax = 64 * 1024 * 1024;
/** What a function has read goes to the server again, unless that is more. */
const comparedBytesMax = 256 * 1024;

/** For a commit that goes by nothing. */
export const unconditional: Conditions = { head: null, seen: '[]' };

/** What is put before the name of an entry to bind a sealed value to its store. */
export function boundBy(prefix: string): string {
  return `${prefix}/e/`;
}

/** How a store lies in PostgreSQL. Names are percent-encoded, as on etcd: its texts hold no NUL. */
export class Layout {
  readonly #prefix: string;
  readonly #stored: StoredEntries;
  #last: State | undefined;

  constructor({ prefix, place, seal }: PostgresSettings) {
    this.#prefix = prefix;
    const words = { engine: 'PostgreSQL', removal: 'remove it' };
    this.#stored = new StoredEntries({ place, seal, before: '', bound: boundBy(prefix), ...words });
  }

  /** Reads head and entries at one moment, or only the head where it has not moved. */
  async load(line: Asked, deadline: number, isBackground = false): Promise<State> {
    return (await this.look(line, deadline, isBackground)).state;
  }

  /** The same, and what a verifier is known to know. */
  async look(
    line: Asked,
    deadline: number,
    isBackground: boolean,
    verifier: string | null = null,
  ): Promise<SeenState> {
    const last = this.#last;
    const parameters = [this.#prefix, String(last !== undefined), last?.head ?? null, verifier];
    const { row } = await line.ask(readStore, parameters, deadline, isBackground);
    const { head, revision, entries, known: told } = row as unknown as StoredState;
    const known = told === null ? undefined : Number(told);
    if (last && entries === null) return { state: last, known };
    const state = { head, revision: Number(revision), ...this.#stored.open(JSON.parse(entries ?? '[]')) };
    this.#last = state;
    return { state, known };
  }

  /** What must hold for a commit that goes by these entries of a state; or by all, of which the head tells. */
  conditions({ head, texts }: State, dependsOn: ReadonlySet<string> | 'all'): Conditions {
    const whole = { head: head ?? '', seen: '[]' };
    if (dependsOn === 'all') return whole;
    const names = [...dependsOn].map((key) => this.#stored.nameOf(key));
    const seen = JSON.stringify(names.map((name) => [name, texts.get(name)?.text ?? null]));
    return Buffer.byteLength(seen) > comparedBytesMax ? whole : { head: null, seen };
  }

  /** @throws StoreError `E_INPUT` for more than one commit can be */
  edits(edits: ReadonlyMap<string, string | undefined>): string {
    const rows = [...edits].map(([key, raw]) => {
      const name = this.#stored.nameOf(key);
      return [name, raw === undefined ? null : this.#stored.close(name, raw)];
    });
    const text = JSON.stringify(rows);
    if (Buffer.byteLength(text) > commitBytesMax)
      throw wrongInput(
        `a commit on PostgreSQL has ${commitBytesMax / 1024 / 1024} MiB at most, and this one has more`,
        'Nothing was stored: commit it in parts',
      );
    return text;
  }
}

/** Who is asked. */
type Asked = Pick<Line, 'ask'>;

/** As it is answered. */
interface StoredState {
  head: string | null;
  revision: string;
  /** Null where the head is what the reader has. */
  entries: string | null;
  known: string | null;
}
