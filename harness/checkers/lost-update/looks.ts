import { countWhile } from '../../history/count-while.js';
import type { ValueId } from '../../history/events.js';
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

/** From a look on, until the next change, the key held this. */
interface Change {
  index: number;
  value: ValueId | null;
}

/** Whole contents of the file in their order, and what each key held in them. */
export class Looks {
  readonly all: readonly Look[];
  private readonly changes = new Map<string, Change[]>();
  private readonly firstOf = new Map<ValueId, number>();
  /** By looks, the values that none before had found. */
  private readonly arrivals = new Map<number, ValueId[]>();

  constructor({ files, final }: Run) {
    const whole = files.filter(({ broken }) => broken === null).sort((a, b) => a.time - b.time);
    const looks: Look[] = [];
    const content = new Map<string, ValueId>();
    for (const { time, until, seen = time, version, set, removed } of whole) {
      const index = looks.push({ time, until, seen, version }) - 1;
      for (const [key, value] of Object.entries(set)) {
        this.add(key, { index, value });
        content.set(key, value);
      }
      for (const key of removed) {
        this.add(key, { index, value: null });
        content.delete(key);
      }
    }
    if (final && final.broken === null) {
      const { time, entries } = final;
      const index = looks.push({ time, until: time, seen: time, version: undefined }) - 1;
      for (const key of new Set([...content.keys(), ...Object.keys(entries)])) {
        const value = entryOf(entries, key);
        if (value !== (content.get(key) ?? null)) this.add(key, { index, value });
      }
    }
    this.all = looks;
  }

  /** What the key held at a look. */
  at(key: string, index: number): ValueId | null {
    const changes = this.changes.get(key) ?? [];
    return changes[countWhile(changes, (change) => change.index <= index) - 1]?.value ?? null;
  }

  /** True if all looks from the one to the other found that value at the key. */
  holds(key: string, value: ValueId, from: number, to: number): boolean {
    const changes = this.changes.get(key) ?? [];
    const current = countWhile(changes, ({ index }) => index <= from) - 1;
    return (
      changes[current]?.value === value && (changes[current + 1]?.index ?? Number.POSITIVE_INFINITY) > to
    );
  }

  /** The first look that found a value; undefined if none did. */
  firstWith(value: ValueId): number | undefined {
    return this.firstOf.get(value);
  }

  /** The values that a look found and none before it. */
  arrivalsAt(index: number): readonly ValueId[] {
    return this.arrivals.get(index) ?? [];
  }

  /** The looks after which a key no longer held a value that it had held, the latest first. */
  *endsOf(key: string, value: ValueId | null, since: number): Generator<number> {
    const changes = this.changes.get(key) ?? [];
    for (let at = changes.length - 1; at >= 0; at--) {
      const { index } = changes[at] as Change;
      const before = changes[at - 1]?.value ?? null;
      if ((this.all[index - 1]?.until ?? Number.NEGATIVE_INFINITY) < since) return;
      if (before === value) yield index;
    }
  }

  /** The first look after one which found the key to hold that value; undefined if none did. */
  firstSince(key: string, value: ValueId | null, index: number): number | undefined {
    const changes = this.changes.get(key) ?? [];
    const passed = countWhile(changes, (change) => change.index <= index);
    return changes.slice(passed).find((change) => change.value === value)?.index;
  }

  private add(key: string, change: Change): void {
    const known = this.changes.get(key);
    if (known) known.push(change);
    else this.changes.set(key, [change]);
    if (change.value === null || this.firstOf.has(change.value)) return;
    this.firstOf.set(change.value, change.index);
    const arrived = this.arrivals.get(change.index);
    if (arrived) arrived.push(change.value);
    else this.arrivals.set(change.index, [change.value]);
  }
}
