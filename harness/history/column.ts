type Numbers = Float64Array | Int32Array;

/** How many bits of a place are a place in a part. */
const partBits = 15;
const partLength = 1 << partBits;
const lengthAtFirst = 64;

/**
 * Numbers of one kind, one after another: eight or four bytes each, where a field of an object takes up to 24. They are in parts,
 * so that a long column grows without a copy of it: what is copied lies about until the next collection of garbage.
 */
abstract class Column<A extends Numbers> {
  length = 0;
  protected readonly parts: A[] = [];

  protected abstract make(length: number): A;

  push(number: number): void {
    const at = this.length & (partLength - 1);
    const part = this.length >>> partBits;
    if (at >= (this.parts[part]?.length ?? 0)) this.grow(part);
    (this.parts[part] as A)[at] = number;
    this.length++;
  }

  get(index: number): number {
    return this.parts[index >>> partBits]?.[index & (partLength - 1)] ?? 0;
  }

  set(index: number, number: number): void {
    const part = this.parts[index >>> partBits];
    if (part) part[index & (partLength - 1)] = number;
  }

  /** There are many short columns: only the first part begins small. */
  private grow(part: number): void {
    const old = this.parts[part];
    const length = part > 0 ? partLength : old === undefined ? lengthAtFirst : 2 * old.length;
    const grown = this.make(length);
    if (old) grown.set(old);
    this.parts[part] = grown;
  }
}

/** Times. */
export class Floats extends Column<Float64Array> {
  protected make = (length: number) => new Float64Array(length);

  /** Puts them in order. */
  sort(): this {
    const all = new Float64Array(this.length);
    for (let at = 0; at < all.length; at++) all[at] = this.get(at);
    all.sort();
    for (let at = 0; at < all.length; at++) this.set(at, all[at] ?? 0);
    return this;
  }

  /** How many of these, which are in order, are below a number; or at it, too. */
  countBelow(number: number, orAt = false): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.get(middle);
      if (one < number || (orAt && one === number)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Whole numbers of 32 bits. */
export class Ints extends Column<Int32Array> {
  protected make = (length: number) => new Int32Array(length);
}
