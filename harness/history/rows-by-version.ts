import { Ints } from './column.js';
import type { VersionName } from './events.js';

const none = -1;

/**
 * The rows of a table by the versions that they are of, in some 15 bytes a row: a map of their names would hold each as an object, and
 * take more than all else that is known of a long run.
 */
export class RowsByVersion {
  /** By hash, the last row with that version, and one; then the next free place for another version of the same hash. */
  private readonly table: Int32Array;
  /** By row: the one before of the same version, and the first of them. */
  private readonly earlier = new Ints();
  private readonly first = new Ints();

  /** @param nameAt what a row is of, undefined where nothing is known */
  constructor(
    count: number,
    private readonly nameAt: (row: number) => VersionName | undefined,
  ) {
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 2)));
    for (let row = 0; row < count; row++) {
      const name = nameAt(row);
      const place = name === undefined ? none : this.placeOf(name);
      const earlier = place === none ? none : (this.table[place] ?? 0) - 1;
      this.earlier.push(earlier);
      this.first.push(earlier === none ? row : this.first.get(earlier));
      if (place !== none) this.table[place] = row + 1;
    }
  }

  /** Its only row; undefined where there are several, or none. */
  onlyOf(name: VersionName): number | undefined {
    const last = this.lastOf(name);
    return last === undefined || this.earlier.get(last) !== none ? undefined : last;
  }

  firstOf(name: VersionName): number | undefined {
    const last = this.lastOf(name);
    return last === undefined ? undefined : this.first.get(last);
  }

  /** Its rows, the last one first. */
  *allOf(name: VersionName): Generator<number> {
    for (let row = this.lastOf(name) ?? none; row !== none; row = this.earlier.get(row)) yield row;
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
