import { Floats, Ints } from './column.js';
import type { FileEvent, ValueId } from './events.js';
import { Hashes } from './hashes.js';
import { MadeList } from './list.js';
import { Names } from './names.js';

/** The contents that a foreign reader met, in some 30 bytes each, without what only a page shows of them. */
export class FileTable extends MadeList<FileEvent> {
  private readonly keys = new Names();
  private readonly time = new Floats();
  private readonly until = new Floats();
  private readonly seen = new Floats();
  private readonly version = new Ints();
  /** Where the changes of each begin: keys that were set with their values, then keys that were removed. */
  private readonly sets = new Ints();
  private readonly setKey = new Ints();
  private readonly setValue = new Ints();
  private readonly removals = new Ints();
  private readonly removedKey = new Ints();
  private readonly broken = new Map<number, string>();
  private readonly hashes = new Hashes();

  /** @param values the names of what the file held, which may hold others as well: most are ids of operations, and one table has both */
  constructor(readonly values = new Names()) {
    super();
  }

  get length(): number {
    return this.time.length;
  }

  add({ time, until, seen, version, broken, set, removed, hash }: FileEvent): void {
    const row = this.length;
    this.time.push(time);
    this.until.push(until);
    this.seen.push(seen ?? Number.NaN);
    this.version.push(version);
    this.sets.push(this.setKey.length);
    this.removals.push(this.removedKey.length);
    if (broken !== null) this.broken.set(row, broken);
    if (hash !== undefined) this.hashes.add(row, hash);
    for (const [key, value] of Object.entries(set)) {
      this.setKey.push(this.keys.add(key));
      this.setValue.push(this.values.add(value));
    }
    for (const key of removed) this.removedKey.push(this.keys.add(key));
  }

  protected make(row: number): FileEvent {
    return new Row(this, row);
  }

  timeAt = (row: number): number => this.time.get(row);
  untilAt = (row: number): number => this.until.get(row);
  versionAt = (row: number): number => this.version.get(row);
  hashAt = (row: number): string | undefined => this.hashes.at(row);
  brokenAt = (row: number): string | null => this.broken.get(row) ?? null;

  seenAt(row: number): number | undefined {
    const seen = this.seen.get(row);
    return Number.isNaN(seen) ? undefined : seen;
  }

  setAt(row: number): Record<string, ValueId> {
    const set: Record<string, ValueId> = {};
    const end = row + 1 < this.length ? this.sets.get(row + 1) : this.setKey.length;
    for (let at = this.sets.get(row); at < end; at++)
      own(set, this.keys.at(this.setKey.get(at)), this.values.at(this.setValue.get(at)));
    return set;
  }

  removedAt(row: number): string[] {
    const removed: string[] = [];
    const end = row + 1 < this.length ? this.removals.get(row + 1) : this.removedKey.length;
    for (let at = this.removals.get(row); at < end; at++) removed.push(this.keys.at(this.removedKey.get(at)));
    return removed;
  }
}

/** One content of a table. */
class Row implements FileEvent {
  readonly type = 'file';
  readonly #table: FileTable;
  readonly #row: number;

  constructor(table: FileTable, row: number) {
    this.#table = table;
    this.#row = row;
  }

  get time() {
    return this.#table.timeAt(this.#row);
  }
  get until() {
    return this.#table.untilAt(this.#row);
  }
  get seen() {
    return this.#table.seenAt(this.#row);
  }
  get version() {
    return this.#table.versionAt(this.#row);
  }
  get broken() {
    return this.#table.brokenAt(this.#row);
  }
  get set() {
    return this.#table.setAt(this.#row);
  }
  get removed() {
    return this.#table.removedAt(this.#row);
  }
  get hash() {
    return this.#table.hashAt(this.#row);
  }
}

/** A key of a file may be `__proto__`. */
function own(set: Record<string, ValueId>, key: string, value: ValueId): void {
  if (key === '__proto__')
    Object.defineProperty(set, key, { value, enumerable: true, configurable: true, writable: true });
  else set[key] = value;
}
