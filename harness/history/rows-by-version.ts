import type { VersionName } from './events.js';

const none = -1;

/**
 * The rows of a table by the versions that they are of, in some 12 bytes for each that has one: a map of their names would hold each as
 * an object, and take more than all else that is known of a long run. Few versions have several rows.
 */
export class RowsByVersion {
  /** By hash, the last row with that version, and one; then the next free place for another version of the same hash. */
  private readonly table: Int32Array;
  /** Of a version with several rows, by its last row: all of them in their order. */
  private readonly several = new Map<number, number[]>();

  /** @param nameAt what a row is of, undefined where nothing is known */
  constructor(
    count: number,
    private readonly nameAt: (row: number) => VersionName | undefined,
  ) {
    let named = 0;
    for (let row = 0; row < count; row++) if (nameAt(row) !== undefined) named++;
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * named + 2)));
    for (let row = 0; row < count; row++) {
      const name = nameAt(row);
      if (name === undefined) continue;
      const place = this.placeOf(name);
      const earlier = (this.table[place] ?? 0) - 1;
      if (earlier !== none) this.follow(earlier, row);
      this.table[place] = row + 1;
    }
  }

  /** Its only row; undefined where there are several, or none. */
  onlyOf(name: VersionName): number | undefined {
    const last = this.lastOf(name);
    return last === undefined || this.several.has(last) ? undefined : last;
  }

  firstOf(name: VersionName): number | undefined {
    const last = this.lastOf(name);
    return last === undefined ? undefined : (this.several.get(last)?.[0] ?? last);
  }

  /** Its rows, the last one first. */
  *allOf(name: VersionName): Generator<number> {
    const last = this.lastOf(name);
    if (last === undefined) return;
    const rows = this.several.get(last) ?? [last];
    for (let at = rows.length - 1; at >= 0; at--) yield rows[at] as number;
  }

  private follow(earlier: number, row: number): void {
    const rows = this.several.get(earlier) ?? [earlier];
    this.several.delete(earlier);
    rows.push(row);
    this.several.set(row, rows);
  }

  private lastOf(name: VersionName): number | undefined {
    const row = this.table[this.placeOf(name)] ?? 0;
    return row === 0 ? undefined : row - 1;
  }

  /** Half of the table is free, so there is a place. */
  private placeOf(name: VersionName): number {
    const mask = this.table.length - 1;
    for (let place = hashOf(name) & mask; ; place = (place + 1) & mask) {
      const row = this.table[place] ?? 0;
      if (row === 0 || this.nameAt(row - 1) === name) return place;
    }
  }
}

/** FNV-1a. */
function hashOf(name: VersionName): number {
  const text = String(name);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // The low bits choose the place.
  return hash ^ (hash >>> 15);
}
