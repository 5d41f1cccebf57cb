import type { Document } from '../store/document/document.js';
import type { Etcd } from './client.js';
import { wrongInput } from './failures.js';
import type { EtcdSettings } from './options.js';
import { StoredEntries } from './stored-entries.js';
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
  /** The entries as they are stored, by their names in etcd. */
  texts: ReadonlyMap<string, { text: string }>;
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
const comparedBytesMax = 256 * 1024;

/**
 * How a store lies in etcd: a key for each entry, and a head that every commit moves. The head has a text that no other commit
 * ever has, and shows by one small read that nothing has changed.
 */
export class Layout {
  readonly head: string;
  readonly #entries: string;
  readonly #stored: StoredEntries;
  readonly #etcd: Etcd;
  #last: State | undefined;

  constructor(etcd: Etcd, { prefix, seal, place }: EtcdSettings) {
    this.#etcd = etcd;
    this.head = `${prefix}/h`;
    this.#entries = `${prefix}/e/`;
    const words = { engine: 'etcd', removal: 'remove it by etcdctl' };
    this.#stored = new StoredEntries({ place, seal, before: this.#entries, bound: '', ...words });
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
    const state = { head: foundValue(answer, 0), revision, headRevision, ...this.#open(found(answer, 1)) };
    this.#last = state;
    return { ...state, isSame: false, beside: found(answer, 2)[0] };
  }

  /** What must hold for a commit that goes by these entries of a state; or by all, of which the head tells. */
  conditions({ head, texts }: State, dependsOn: ReadonlySet<string> | 'all'): Compare[] {
    const whole = [holds(this.head, head)];
    if (dependsOn === 'all' || dependsOn.size > editsMax) return whole;
    let bytes = 0;
    const compares = [...dependsOn].map((key) => {
      const name = this.#stored.nameOf(key);
      const { text } = texts.get(name) ?? {};
      bytes += name.length + Buffer.byteLength(text ?? '');
      return holds(name, text);
    });
    return bytes > comparedBytesMax ? whole : compares;
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
      const name = this.#stored.nameOf(key);
      const text = raw === undefined ? undefined : this.#stored.close(name, raw);
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

  /** New keys come last, as in a file; those of one commit by name. */
  #open(entries: readonly KeyValue[]): Pick<State, 'document' | 'texts'> {
    const inOrder = entries.toSorted((a, b) => Number(a.create_revision) - Number(b.create_revision));
    return this.#stored.open(inOrder.map(({ key, value }) => [decode(key), decode(value)]));
  }
}
