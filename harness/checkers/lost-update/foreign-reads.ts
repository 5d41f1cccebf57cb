import { Ints } from '../../history/column.js';
import type { FileEvent, ValueId } from '../../history/events.js';
import { FileTable } from '../../history/file-table.js';
import type { Interval } from '../../history/interval.js';
import type { List } from '../../history/list.js';
import { Names } from '../../history/names.js';

export interface ForeignRead extends Interval {
  value: ValueId | null;
}

const absent = -1;

/**
 * What a foreign reader found at each key. The file is the truth, not a client's view of it, so this shows a loss that no
 * client was there to read: one late writer erases, and another brings back, while all others wait for a lock.
 *
 * Only the first and the last look at each value are kept: those between say nothing that these two don't.
 */
export class ForeignReads {
  /** Of its unbroken contents: their places among all. */
  private readonly places = new Ints();
  private readonly values: Names;
  /** By key, the looks that found something else than the one before, and what. */
  private readonly changes = new Map<string, { looks: Ints; values: Ints }>();

  constructor(private readonly files: List<FileEvent>) {
    this.values = files instanceof FileTable ? files.values : new Names();
    let place = -1;
    for (const { broken, set, removed } of files) {
      place++;
      if (broken !== null) continue;
      this.places.push(place);
      for (const [key, value] of Object.entries(set)) this.add(key, this.values.add(value));
      for (const key of removed) this.add(key, absent);
    }
  }

  get keys(): Iterable<string> {
    return this.changes.keys();
  }

  *of(key: string): Generator<ForeignRead> {
    const changes = this.changes.get(key);
    if (changes === undefined) return;
    // Absent until it is mentioned for the first time.
    let value: ValueId | null = null;
    for (let at = 0; at < changes.looks.length; at++) {
      const look = changes.looks.get(at);
      if (look > 0) yield this.read(look - 1, value);
      const now = changes.values.get(at);
      value = now === absent ? null : this.values.at(now);
      yield this.read(look, value);
    }
    yield this.read(this.places.length - 1, value);
  }

  private read(look: number, value: ValueId | null): ForeignRead {
    const { time, until } = this.files.at(this.places.get(look)) as FileEvent;
    return { value, begin: time, end: until };
  }

  private add(key: string, value: number): void {
    let changes = this.changes.get(key);
    if (changes === undefined) {
      changes = { looks: new Ints(), values: new Ints() };
      this.changes.set(key, changes);
    }
    changes.looks.push(this.places.length - 1);
    changes.values.push(value);
  }
}
