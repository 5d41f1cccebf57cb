import type { ValueId } from '../../history/events.js';
import { entriesIn, type ReadBytes } from '../../line/foreign-reader.js';

const countMax = 10_000;

/** What the file has held in the executions so far, by its bytes: most contents come again and again. */
export class Contents {
  private readonly known = new Map<string, Record<string, ValueId> | string>();

  /** @returns the entries, or what is wrong with the file: the same object for the same bytes, not to be changed */
  entriesIn(bytes: Buffer, read: ReadBytes | undefined): Readonly<Record<string, ValueId>> | string {
    const key = bytes.toString('latin1');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    // Too many would fill the process's memory.
    if (this.known.size >= countMax) this.known.clear();
    const found = entriesIn(bytes, 'credentials', read);
    this.known.set(key, found);
    return found;
  }
}
