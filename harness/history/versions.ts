import { Ints } from './column.js';
import type { VersionName } from './events.js';
import { Hashes } from './hashes.js';

/**
 * What changes were made from, and what they made, in some 20 bytes for each change that says so and one or two for each other operation:
 * of a long run it takes more than all else that is known of it, if each is an object.
 */
export class Versions {
  /** By row, its place here and one; as long as the last row that has one. */
  private readonly placeOf = new Ints();
  private readonly bases = new Hashes<VersionName>();
  private readonly written = new Hashes<VersionName>();
  private count = 0;

  /** @param row without one so far */
  add(row: number, base: VersionName | undefined, written: VersionName | undefined): void {
    if (base === undefined && written === undefined) return;
    while (this.placeOf.length <= row) this.placeOf.push(0);
    const place = this.count++;
    this.placeOf.set(row, place + 1);
    if (base !== undefined) this.bases.add(place, base);
    if (written !== undefined) this.written.add(place, written);
  }

  baseAt(row: number): VersionName | undefined {
    return this.at(row, this.bases);
  }

  writtenAt(row: number): VersionName | undefined {
    return this.at(row, this.written);
  }

  private at(row: number, hashes: Hashes<VersionName>): VersionName | undefined {
    const place = row < this.placeOf.length ? this.placeOf.get(row) : 0;
    return place === 0 ? undefined : hashes.at(place - 1);
  }
}
