import { StoreError } from '../errors/store-error.js';
import type { Document } from '../store/document/document.js';
import type { Etcd } from './client.js';
import { wrongInput } from './failures.js';
import type { EtcdSettings } from './options.js';
import { isSealed } from './seal.js';
import {
  type Compare,
  decode,
  found,
  foundValue,
  get,
  getAll,
  holds,
  type KeyValue,
  type Operation,
  put,
  remove,
} from './wire.js';

/** The whole store at one revision. */
export interface State {
  document: Document;
  /** What the last commit has left in the head; undefined where there was none. */
  head: string | undefined;
  /** Of the cluster, when that was read. */
  revision: number;
  /** Of the last commit; 0 where there was none. */
  headRevision: number;
}

/** What a read looks at besides. */
export interface Beside {
  /** What must hold for the state to be the one that is known: else all is read again. */
  compare: readonly Compare[];
  /** A key whose value is read at the same revision. */
  key: string;
}

/** A state, and what was read beside it. */
export interface SeenState extends State {
  /** Neither the head has moved, nor was anything else than compared; nothing was read beside it then. */
  isSame: boolean;
  beside: KeyValue | undefined;
}

/** etcd takes 128 operations (`--max-txn-ops`), and two are the head and the receipt. */
const editsMax = 120;
/** etcd takes requests of 1.5 MiB (`--max-request-bytes`). */
const commitBytesMax = 1024 * 1024;

/**
 * How a store lies in etcd: a key for each entry, and a head that every commit moves. The head has a text that no other commit
 * ever has, and shows by one small read that nothing has changed.
 */
export class Layout {
  readonly head: string;
  readonly #entries: string;
  readonly #place: string;
  readonly #seal: EtcdSettings['seal'];
  readonly #etcd: Etcd;
  #last: State | undefined;
  /** What the values were that are sealed as now: most of them stay as they are. */
  #opened = new Map<string, { text: string; raw: string }>();

  constructor(etcd: Etcd, { prefix, seal, place }: EtcdSettings) {
    this.#place = place;
    this.#etcd = etcd;
    this.head = `${prefix}/h`;
    this.#entries = `${prefix}/e/`;
    this.#seal = seal;
  }

  /**
   * Reads head and entries at one revision, or only the head where it has not moved. Linearizable: etcd confirms with a majority
   * who leads before it answers.
   */
  async load(deadline: number, isBackground = false, beside?: Beside): Promise<SeenState> {
    const last = this.#last;
    const all = [get(this.head), getAll(this.#entries)];
    if (beside) all.push(get(beside.key));
    const { answer } = last
      ? await this.#etcd.txn(
          [holds(this.head, last.head), ...(beside?.compare ?? [])],
          [],
          all,
          deadline,
          isBackground,
        )
      : await this.#etcd.txn([], all, [], deadline, isBackground);
    const revision = Number(answer.header.revision);
    if (last && answer.succeeded) return { ...last, revision, isSame: true, beside: undefined };
    const [head] = found(answer, 0);
    const headRevision = Number(head?.mod_revision ?? 0);
    const document = this.#open(found(answer, 1));
    const state = { head: foundValue(answer, 0), revision, headRevision, document };
    this.#last = state;
    return { ...state, isSame: false, beside: found(answer, 2)[0] };
  }

  /** @throws StoreError `E_INPUT` for more than one commit can be */
  operations(edits: ReadonlyMap<string, string | undefined>): Operation[] {
    if (edits.size > editsMax)
      throw wrongInput(
        `a commit on etcd changes ${editsMax} entries at most, and this one changes ${edits.size}`,
        'Nothing was stored: commit them in parts',
      );
    let bytes = 0;
    const operations = [...edits].map(([key, raw]) => {
      const name = this.#nameOf(key);
      const text = raw === undefined || !this.#seal ? raw : this.#seal.seal(name, raw);
      bytes += name.length + (text === undefined ? 0 : Buffer.byteLength(text));
      return text === undefined ? remove(name) : put(name, text);
    });
    if (bytes > commitBytesMax)
      throw wrongInput(
        `a commit on etcd has ${commitBytesMax / 1024} KiB at most, and this one has ${Math.ceil(bytes / 1024)}`,
        'Nothing was stored: commit them in parts',
      );
    return operations;
  }

  #nameOf(key: string): string {
    try {
      return `${this.#entries}${encodeURIComponent(key)}`;
    } catch {
      throw wrongInput(
        'a key on etcd must be well-formed Unicode, and this one has half of a surrogate pair',
      );
    }
  }

  #keyOf(name: string): string {
    try {
      return decodeURIComponent(name.slice(this.#entries.length));
    } catch {
      throw new StoreError(
        'E_CORRUPT',
        `${JSON.stringify(name)} of ${this.#place} is not the name of an entry`,
        {
          definite: true,
          file: this.#place,
          hint: 'Another program has written it: remove it by etcdctl',
        },
      );
    }
  }

  /** New keys come last, as in a file; those of one commit by name. */
  #open(entries: readonly KeyValue[]): Document {
    const opened = new Map<string, { text: string; raw: string }>();
    const document = new Map<string, string>();
    const inOrder = entries.toSorted((a, b) => Number(a.create_revision) - Number(b.create_revision));
    for (const { key, value } of inOrder) {
      const name = decode(key);
      const text = decode(value);
      const known = this.#opened.get(name);
      const raw = known?.text === text ? known.raw : this.#raw(name, text);
      opened.set(name, { text, raw });
      document.set(this.#keyOf(name), raw);
    }
    this.#opened = opened;
    return document;
  }

  #raw(name: string, text: string): string {
    const raw = this.#seal ? this.#seal.open(name, text) : text;
    try {
      JSON.parse(raw);
    } catch {
      // The runtime's own message would quote the value.
      throw new StoreError(
        'E_CORRUPT',
        `the entry ${JSON.stringify(name)} of ${this.#place} is no JSON value`,
        {
          definite: true,
          file: this.#place,
          hint: isSealed(raw)
            ? 'It is sealed: give the keys that the other processes have'
            : 'Another program has written it: set or remove it anew',
        },
      );
    }
    return raw;
  }
}
