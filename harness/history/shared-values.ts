import type { ValueId } from './events.js';

/** So many values are remembered at a time. */
const rememberedMax = 1 << 14;

/**
 * Lets the entries of one read of the whole map share their values with those of others: a parser makes each anew, though most are those of the
 * read before, and they take more than the rest of a run with many such reads. Two reads after one another with the same entries are one.
 */
export class SharedValues {
  private readonly remembered = new Map<ValueId, ValueId>();
  private last: Record<string, ValueId> = {};

  share(entries: Record<string, ValueId>): Record<string, ValueId> {
    const keys = Object.keys(entries);
    const isSame =
      keys.every((key) => this.last[key] === entries[key]) && Object.keys(this.last).length === keys.length;
    if (isSame) return this.last;
    for (const key of keys) if (key !== '__proto__') entries[key] = this.shared(entries[key] as ValueId);
    this.last = entries;
    return entries;
  }

  private shared(value: ValueId): ValueId {
    const known = this.remembered.get(value);
    if (known !== undefined) return known;
    if (this.remembered.size >= rememberedMax) this.remembered.clear();
    this.remembered.set(value, value);
    return value;
  }
}
