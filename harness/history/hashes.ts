import { Floats, Ints } from './column.js';

const form = /^[0-9a-f]{16}$/;
const [absent, other] = [Number.NaN, Number.POSITIVE_INFINITY];

/** Hashes of 16 hexadecimal digits in eight bytes each, or twelve, none for a history without any, and whatever else names a content. */
export class Hashes<Name extends string | number = string> {
  private readonly high = new Floats();
  private readonly low = new Ints();
  private readonly others = new Map<number, Name>();

  /** @param row behind all that have one */
  add(row: number, hash: Name): void {
    while (this.high.length < row) this.push(absent, 0);
    if (typeof hash === 'string' && form.test(hash)) {
      this.push(Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16));
      return;
    }
    this.push(other, 0);
    this.others.set(row, hash);
  }

  at(row: number): Name | string | undefined {
    const high = row < this.high.length ? this.high.get(row) : absent;
    if (Number.isNaN(high)) return undefined;
    return high === other ? this.others.get(row) : hex(high) + hex(this.low.get(row) >>> 0);
  }

  private push(high: number, low: number): void {
    this.high.push(high);
    this.low.push(low);
  }
}

function hex(number: number): string {
  return number.toString(16).padStart(8, '0');
}
