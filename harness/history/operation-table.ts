import { Floats, Ints } from './column.js';
import type { Action, ValueId, VersionName } from './events.js';
import { MadeList } from './list.js';
import { Names } from './names.js';
import type { Operation, Outcome } from './run.js';
import { SharedValues } from './shared-values.js';
import { Versions } from './versions.js';

/** What the operations of one process have in common. */
export interface Doer {
  client: string;
  process: number;
  foreign: boolean;
  isRemote: boolean;
}

/** What few operations have. */
interface Rare {
  error?: string;
  torn?: true;
  hung?: true;
}

const actions: readonly Action[] = ['get', 'all', 'set', 'remove', 'refresh'];
const outcomes: readonly Outcome[] = ['ok', 'fail', 'unknown'];
const unknown = outcomes.indexOf('unknown');

/** Results that are no value. */
const nothing = -1;
const absent = -2;
const entries = -3;

/** The operations of a run, in some 25 bytes each: a history of millions of them is held whole. */
export class OperationTable extends MadeList<Operation> {
  readonly names = new Names();
  private readonly keys = new Names();
  private readonly doers: Doer[] = [];
  private readonly name = new Ints();
  /** Doer, action and outcome. */
  private readonly kind = new Ints();
  private readonly key = new Ints();
  private readonly begin = new Floats();
  private readonly end = new Floats();
  private readonly result = new Ints();
  private readonly maps = new Map<number, Record<string, ValueId>>();
  private readonly values = new SharedValues();
  private readonly rare = new Map<number, Rare>();
  /** Of those up to the last that stands for more than one call: how many, less one. */
  private readonly more = new Ints();
  private readonly versions = new Versions();
  /** By name, the row and one. */
  private readonly rowOf = new Ints();
  /** By begin. */
  private order: Int32Array | undefined;

  get length(): number {
    return this.name.length;
  }

  addDoer(doer: Doer): number {
    return this.doers.push(doer) - 1;
  }

  /** @returns its row */
  add(id: string, doer: number, action: Action, key: string | undefined, begin: number): number {
    const row = this.length;
    const name = this.names.add(id);
    while (this.rowOf.length <= name) this.rowOf.push(0);
    this.rowOf.set(name, row + 1);
    this.name.push(name);
    this.kind.push((doer * actions.length + actions.indexOf(action)) * outcomes.length + unknown);
    this.key.push(key === undefined ? nothing : this.keys.add(key));
    this.begin.push(begin);
    this.end.push(Number.POSITIVE_INFINITY);
    this.result.push(nothing);
    return row;
  }

  rowNamed(id: string): number | undefined {
    const name = this.names.find(id);
    const row = name < 0 || name >= this.rowOf.length ? 0 : this.rowOf.get(name);
    return row === 0 ? undefined : row - 1;
  }

  byId(id: string): Operation | undefined {
    const row = this.rowNamed(id);
    return row === undefined ? undefined : new Row(this, row);
  }

  finish(row: number, outcome: Outcome, end: number, result: Operation['result']): void {
    this.kind.set(row, this.kind.get(row) - unknown + outcomes.indexOf(outcome));
    this.end.set(row, end);
    if (result === null) this.result.set(row, absent);
    else if (typeof result === 'string') this.result.set(row, this.names.add(result));
    else if (result !== undefined) {
      this.result.set(row, entries);
      this.maps.set(row, this.values.share(result));
    }
  }

  setEnd(row: number, end: number): void {
    this.end.set(row, end);
  }

  addRare(row: number, more: Rare): void {
    this.rare.set(row, { ...this.rare.get(row), ...more });
  }

  /** @param times how many calls it stands for */
  setTimes(row: number, times: number): void {
    while (this.more.length <= row) this.more.push(0);
    this.more.set(row, times - 1);
  }

  setVersions(row: number, base: VersionName | undefined, written: VersionName | undefined): void {
    this.versions.add(row, base, written);
  }

  /** Puts them in the order of their begins. Rows stay. */
  sort(): void {
    let isSorted = true;
    for (let row = 1; row < this.length && isSorted; row++)
      isSorted = this.begin.get(row - 1) <= this.begin.get(row);
    if (isSorted) return;
    const order = new Int32Array(this.length);
    for (let row = 0; row < order.length; row++) order[row] = row;
    this.order = order.sort((a, b) => this.begin.get(a) - this.begin.get(b) || a - b);
  }

  protected make(index: number): Operation {
    return new Row(this, this.order === undefined ? index : (this.order[index] ?? 0));
  }

  idAt = (row: number): string => this.names.at(this.name.get(row));
  doerAt = (row: number): Doer =>
    this.doers[Math.floor(this.kind.get(row) / (actions.length * outcomes.length))] as Doer;
  actionAt = (row: number): Action =>
    actions[Math.floor(this.kind.get(row) / outcomes.length) % actions.length] as Action;
  outcomeAt = (row: number): Outcome => outcomes[this.kind.get(row) % outcomes.length] as Outcome;
  beginAt = (row: number): number => this.begin.get(row);
  endAt = (row: number): number => this.end.get(row);
  timesAt = (row: number): number => 1 + (row < this.more.length ? this.more.get(row) : 0);
  baseAt = (row: number): VersionName | undefined => this.versions.baseAt(row);
  writtenAt = (row: number): VersionName | undefined => this.versions.writtenAt(row);
  rareAt = (row: number): Rare | undefined => (this.rare.size === 0 ? undefined : this.rare.get(row));

  keyAt(row: number): string | undefined {
    const key = this.key.get(row);
    return key === nothing ? undefined : this.keys.at(key);
  }

  resultAt(row: number): Operation['result'] {
    const result = this.result.get(row);
    if (result === nothing) return undefined;
    if (result === absent) return null;
    return result === entries ? this.maps.get(row) : this.names.at(result);
  }
}

/** One operation of a table. */
class Row implements Operation {
  readonly #table: OperationTable;
  readonly #row: number;

  constructor(table: OperationTable, row: number) {
    this.#table = table;
    this.#row = row;
  }

  get id() {
    return this.#table.idAt(this.#row);
  }
  get client() {
    return this.#table.doerAt(this.#row).client;
  }
  get process() {
    return this.#table.doerAt(this.#row).process;
  }
  get foreign() {
    return this.#table.doerAt(this.#row).foreign;
  }
  get isRemote() {
    return this.#table.doerAt(this.#row).isRemote;
  }
  get action() {
    return this.#table.actionAt(this.#row);
  }
  get key() {
    return this.#table.keyAt(this.#row);
  }
  get begin() {
    return this.#table.beginAt(this.#row);
  }
  get end() {
    return this.#table.endAt(this.#row);
  }
  get outcome() {
    return this.#table.outcomeAt(this.#row);
  }
  get result() {
    return this.#table.resultAt(this.#row);
  }
  get error() {
    return this.#table.rareAt(this.#row)?.error;
  }
  get torn() {
    return this.#table.rareAt(this.#row)?.torn ?? false;
  }
  get times() {
    return this.#table.timesAt(this.#row);
  }
  get hung() {
    return this.#table.rareAt(this.#row)?.hung ?? false;
  }
  get base() {
    return this.#table.baseAt(this.#row);
  }
  get written() {
    return this.#table.writtenAt(this.#row);
  }
}
