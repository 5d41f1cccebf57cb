import type { Zone } from '../../linearizable/index.js';

const written = 1;
const happened = 2;
const failed = 4;

/** What is known of each value of a long history, in some 33 bytes: a row for each. */
export class ZoneTable {
  private rows = 0;
  /** Four to a row: begin and end of the write, earliest end and latest begin of the reads. */
  private times = new Float64Array(4 << 10);
  private flags = new Uint8Array(1 << 10);

  /** @returns the row of a value that was not written or read yet */
  add(): number {
    if (this.rows === this.flags.length) {
      this.times = grown(this.times, new Float64Array(2 * this.times.length));
      this.flags = grown(this.flags, new Uint8Array(2 * this.flags.length));
    }
    this.times[4 * this.rows + 1] = Number.POSITIVE_INFINITY;
    this.times[4 * this.rows + 2] = Number.POSITIVE_INFINITY;
    this.times[4 * this.rows + 3] = Number.NEGATIVE_INFINITY;
    return this.rows++;
  }

  /** @param end Infinity as long as it is unknown */
  write(row: number, begin: number, end: number): void {
    this.times[4 * row] = begin;
    this.times[4 * row + 1] = end;
    this.set(row, written);
  }

  read(row: number, begin: number, end: number): void {
    if (end < this.at(row, 2)) this.times[4 * row + 2] = end;
    if (begin > this.at(row, 3)) this.times[4 * row + 3] = begin;
    this.set(row, happened);
  }

  /** Its write was acknowledged, or was there before all. */
  happened(row: number): void {
    this.set(row, happened);
  }

  /** Its write failed: it had no effect. */
  failed(row: number): void {
    this.set(row, failed);
  }

  /** It was read, and no client wrote it; or not before that. */
  isGarbage(row: number): boolean {
    const flags = this.flags[row] ?? 0;
    if (!(flags & happened)) return false;
    return !(flags & written) || (flags & failed) !== 0 || this.at(row, 2) < this.at(row, 0);
  }

  /** Undefined for a write that no read saw and that need not have happened. */
  zoneOf(row: number): Zone | undefined {
    if (!((this.flags[row] ?? 0) & happened)) return undefined;
    return { f: Math.min(this.at(row, 1), this.at(row, 2)), s: Math.max(this.at(row, 0), this.at(row, 3)) };
  }

  private at(row: number, column: number): number {
    return this.times[4 * row + column] ?? 0;
  }

  private set(row: number, flag: number): void {
    this.flags[row] = (this.flags[row] ?? 0) | flag;
  }
}

function grown<T extends Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
