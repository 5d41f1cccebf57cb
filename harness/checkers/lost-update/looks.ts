import { Ints } from '../../history/column.js';
import type { FileEvent, ValueId } from '../../history/events.js';
import { FileTable } from '../../history/file-table.js';
import type { List } from '../../history/list.js';
import { Names } from '../../history/names.js';
import type { Run } from '../../history/run.js';
import { entryOf } from './registers.js';

/** A foreign reader found the file whole: between `time` and `until` it held this. */
export interface Look {
  time: number;
  until: number;
  /** When it was last found unchanged. */
  seen: number;
  /** Undefined for the look at the end of the run. */
  version: number | undefined;
}

/** From looks on, until the next change, a key held these values. */
interface Changes {
  looks: Ints;
  values: Ints;
}

const absent = -1;

/** Whole contents of the file in their order, and what each key held in them. */
export class Looks {
  private readonly files: List<FileEvent>;
  /** Of each look its place among the contents; that at the end of the run is behind them. */
  private readonly places = new Ints();
  private readonly atEnd: Look | undefined;
  private readonly values: Names;
  private readonly changes = new Map<string, Changes>();
  /** By value, the first look that found it, and one. */
  private readonly firstOf = new Ints();
  /** The values that none before had found, look by look, and where those of each begin. */
  private readonly arrived = new Ints();
  private readonly arrivals = new Ints();

  constructor({ files, final }: Run) {
    const content = new Map<string, number>();
    this.files = inTime(files);
    this.values = files instanceof FileTable ? files.values : new Names();
    let place = -1;
    for (const { broken, set, removed } of this.files) {
      place++;
      if (broken !== null) continue;
      this.open(place);
      for (const [key, value] of Object.entries(set)) content.set(key, this.add(key, value));
      for (const key of removed) {
        this.add(key, null);
        content.delete(key);
      }
    }
    if (!final || final.broken !== null) return;
    const { time, entries } = final;
    this.open(files.length);
    this.atEnd = { time, until: time, seen: time, version: undefined };
    for (const key of new Set([...content.keys(), ...Object.keys(entries)])) {
      const value = entryOf(entries, key);
      const was = content.get(key);
      if (value !== (was === undefined ? null : this.values.at(was))) this.add(key, value);
    }
  }

  get count(): number {
    return this.places.length;
  }

  get(index: number): Look | undefined {
    if (index < 0 || index >= this.count) return undefined;
    const file = this.files.at(this.places.get(index));
    if (file === undefined) return this.atEnd;
    const { time, until, seen = time, version } = file;
    return { time, until, seen, version };
  }

  /** How many looks from the first on satisfy what none does after the first that does not. */
  countWhile(holds: (look: Look) => boolean): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.get(middle) as Look)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What the key held at a look. */
  at(key: string, index: number): ValueId | null {
    const changes = this.changes.get(key);
    return changes === undefined ? null : this.valueAt(changes, passed(changes, index) - 1);
  }

  /** True if all looks from the one to the other found that value at the key. */
  holds(key: string, value: ValueId, from: number, to: number): boolean {
    const changes = this.changes.get(key);
    if (changes === undefined) return false;
    const next = passed(changes, from);
    const isThere = this.valueAt(changes, next - 1) === value;
    return isThere && (next >= changes.looks.length || changes.looks.get(next) > to);
  }

  /** The first look that found a value; undefined if none did. */
  firstWith(value: ValueId): number | undefined {
    const name = this.values.find(value);
    const first = name < 0 || name >= this.firstOf.length ? 0 : this.firstOf.get(name);
    return first === 0 ? undefined : first - 1;
  }

  /** The values that a look found and none before it. */
  arrivalsAt(index: number): readonly ValueId[] {
    const values: ValueId[] = [];
    const end = index + 1 < this.count ? this.arrivals.get(index + 1) : this.arrived.length;
    for (let at = this.arrivals.get(index); at < end; at++) values.push(this.values.at(this.arrived.get(at)));
    return values;
  }

  /** The looks after which a key no longer held a value that it had held, the latest first. */
  *endsOf(key: string, value: ValueId | null, since: number): Generator<number> {
    const changes = this.changes.get(key);
    if (changes === undefined) return;
    for (let at = changes.looks.length - 1; at >= 0; at--) {
      const index = changes.looks.get(at);
      if (index === 0 || (this.get(index - 1)?.until ?? since) < since) return;
      if (this.valueAt(changes, at - 1) === value) yield index;
    }
  }

  /** The first look after one which found the key to hold that value; undefined if none did. */
  firstSince(key: string, value: ValueId | null, index: number): number | undefined {
    const changes = this.changes.get(key);
    if (changes === undefined) return undefined;
    for (let at = passed(changes, index); at < changes.looks.length; at++)
      if (this.valueAt(changes, at) === value) return changes.looks.get(at);
    return undefined;
  }

  private open(place: number): void {
    this.places.push(place);
    this.arrivals.push(this.arrived.length);
  }

  /** @returns the value's name */
  private add(key: string, value: ValueId | null): number {
    const name = value === null ? absent : this.values.add(value);
    let changes = this.changes.get(key);
    if (changes === undefined) {
      changes = { looks: new Ints(), values: new Ints() };
      this.changes.set(key, changes);
    }
    changes.looks.push(this.count - 1);
    changes.values.push(name);
    if (name === absent || (name < this.firstOf.length && this.firstOf.get(name) > 0)) return name;
    while (this.firstOf.length <= name) this.firstOf.push(0);
    this.firstOf.set(name, this.count);
    this.arrived.push(name);
    return name;
  }

  private valueAt({ values }: Changes, at: number): ValueId | null {
    const value = at < 0 || at >= values.length ? absent : values.get(at);
    return value === absent ? null : this.values.at(value);
  }
}

/** How many changes had come by a look. */
function passed({ looks }: Changes, index: number): number {
  let low = 0;
  let high = looks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (looks.get(middle) <= index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One reader writes them down in this order; a history that was put together by hand may have another. */
function inTime(files: Run['files']): List<FileEvent> {
  let last = Number.NEGATIVE_INFINITY;
  for (const { time } of files) {
    if (time < last) return [...files].sort((a, b) => a.time - b.time);
    last = time;
  }
  return files;
}
