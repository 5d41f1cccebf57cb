import { wrongInput } from '../etcd/failures.js';
import { StoredEntries } from '../etcd/stored-entries.js';
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

/** How a store lies in PostgreSQL. Names are percent-encoded, as on etcd: its texts hold no NUL. */
export class Layout {
  readonly #prefix: string;
  readonly #stored: StoredEntries;
  #last: State | undefined;

  constructor({ prefix, place, seal }: PostgresSettings) {
    this.#prefix = prefix;
    const words = { engine: 'PostgreSQL', removal: 'remove it' };
    this.#stored = new StoredEntries({ place, seal, before: '', bound: `${prefix}/e/`, ...words });
  }

  /** Reads head and entries at one moment, or only the head where it has not moved. */
  async load(line: Line, deadline: number, isBackground = false): Promise<State> {
    const last = this.#last;
    const parameters = [this.#prefix, String(last !== undefined), last?.head ?? null];
    const { row } = await line.ask(readStore, parameters, deadline, isBackground);
    const { head, entries } = row as { head: string | null; entries: string | null };
    if (last && entries === null) return last;
    const { document } = this.#stored.open(JSON.parse(entries ?? '[]'));
    const state = { head, document };
    this.#last = state;
    return state;
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
