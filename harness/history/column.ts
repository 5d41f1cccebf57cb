/** How many bits of a place are a place in a part. */
const partBits = 12;
const partLength = 1 << partBits;
const lengthAtFirst = 64;

type Raw = Int32Array | Float64Array;
type Sealed = Uint8Array | Uint16Array | Uint32Array;

/**
 * Numbers of one kind, one after another, in parts. A part that is full, and the one behind it, too, is sealed: of its numbers only
 * the distance from the smallest one is kept, in as few bytes as the largest distance needs. What a run has millions of is close to what
 * stands beside it: times, ids that count, keys. A number that does not fit opens its part again.
 */
abstract class Column<R extends Raw, S extends Sealed> {
  length = 0;
  protected readonly parts: (R | S)[] = [];
  /** By part, its smallest number; undefined for one that is not sealed. */
  protected readonly bases: (number | undefined)[] = [];
  /** What a part that was sealed has left: garbage of this size would lie about until the next collection. */
  private spare: R | undefined;

  protected abstract make(length: number): R;
  /** @returns undefined for numbers too far from each other */
  protected abstract seal(part: R): { sealed: S; base: number } | undefined;
  protected abstract decode(code: number, base: number): number;
  /** @returns undefined for a number that does not fit into the part */
  protected abstract encode(number: number, base: number, part: S): number | undefined;

  push(number: number): void {
    const at = this.length & (partLength - 1);
    const part = this.length >>> partBits;
    if (at >= (this.parts[part]?.length ?? 0)) this.grow(part);
    (this.parts[part] as R)[at] = number;
    this.length++;
  }

  set(index: number, number: number): void {
    const place = index >>> partBits;
    const part = this.parts[place];
    if (part === undefined) return;
    const base = this.bases[place];
    const code = base === undefined ? number : this.encode(number, base, part as S);
    if (code === undefined) this.open(place)[index & (partLength - 1)] = number;
    else part[index & (partLength - 1)] = code;
  }

  protected clear(): void {
    this.length = 0;
    this.parts.length = 0;
    this.bases.length = 0;
  }

  /** There are many short columns: only the first part begins small. */
  private grow(part: number): void {
    // What was pushed last is often set once more, so the part before this one stays open.
    if (part >= 2) this.close(part - 2);
    const old = this.parts[part];
    const length = part > 0 ? partLength : old === undefined ? lengthAtFirst : 2 * old.length;
    const grown = (part > 0 && this.spare) || this.make(length);
    if (grown === this.spare) this.spare = undefined;
    if (old) grown.set(old);
    this.parts[part] = grown;
  }

  private close(place: number): void {
    const part = this.parts[place] as R;
    const done = this.bases[place] === undefined ? this.seal(part) : undefined;
    if (done === undefined) return;
    this.parts[place] = done.sealed;
    this.bases[place] = done.base;
    this.spare = part;
  }

  private open(place: number): R {
    const sealed = this.parts[place] as S;
    const base = this.bases[place] as number;
    const opened = this.make(sealed.length);
    for (let at = 0; at < sealed.length; at++) opened[at] = this.decode(sealed[at] as number, base);
    this.parts[place] = opened;
    this.bases[place] = undefined;
    return opened;
  }
}

/** Codes of what is no whole number. */
const [infinite, none] = [2 ** 32 - 1, 2 ** 32 - 2];

/** Times, in whole nanoseconds: four bytes each where some thousand of them lie within four seconds, otherwise eight. */
export class Floats extends Column<Float64Array, Uint32Array> {
  protected make = (length: number) => new Float64Array(length);

  get(index: number): number {
    const place = index >>> partBits;
    const code = this.parts[place]?.[index & (partLength - 1)] ?? 0;
    const base = this.bases[place];
    return base === undefined ? code : this.decode(code, base);
  }

  /** Puts them in order. */
  sort(): this {
    const all = new Float64Array(this.length);
    for (let at = 0; at < all.length; at++) all[at] = this.get(at);
    this.clear();
    for (const number of all.sort()) this.push(number);
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

  protected seal(part: Float64Array): { sealed: Uint32Array; base: number } | undefined {
    let base = Number.POSITIVE_INFINITY;
    for (const number of part) if (number < base) base = number;
    if (!Number.isSafeInteger(base)) return undefined;
    const sealed = new Uint32Array(part.length);
    for (let at = 0; at < part.length; at++) {
      const code = this.encode(part[at] as number, base);
      if (code === undefined) return undefined;
      sealed[at] = code;
    }
    return { sealed, base };
  }

  protected encode(number: number, base: number): number | undefined {
    if (number === Number.POSITIVE_INFINITY) return infinite;
    if (Number.isNaN(number)) return none;
    const code = number - base;
    return Number.isSafeInteger(number) && code >= 0 && code < none ? code : undefined;
  }

  protected decode(code: number, base: number): number {
    if (code < none) return base + code;
    return code === none ? Number.NaN : Number.POSITIVE_INFINITY;
  }
}

/** So many numbers below zero stand for something that is no number, and have a code of their own wherever the others are. */
const signs = 4;

/** Whole numbers of 32 bits: one, two or four bytes each. */
export class Ints extends Column<Int32Array, Uint8Array | Uint16Array> {
  protected make = (length: number) => new Int32Array(length);

  get(index: number): number {
    const place = index >>> partBits;
    const code = this.parts[place]?.[index & (partLength - 1)] ?? 0;
    const base = this.bases[place];
    return base === undefined ? code : this.decode(code, base);
  }

  protected seal(part: Int32Array): { sealed: Uint8Array | Uint16Array; base: number } | undefined {
    let base = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const number of part) {
      if (number < 0 && number >= -signs) continue;
      if (number < base) base = number;
      if (number > last) last = number;
    }
    if (base > last) [base, last] = [0, 0];
    const codes = last - base + signs + 1;
    if (codes > 2 ** 16) return undefined;
    const sealed = codes > 2 ** 8 ? new Uint16Array(part.length) : new Uint8Array(part.length);
    for (let at = 0; at < part.length; at++)
      sealed[at] = this.encode(part[at] as number, base, sealed) as number;
    return { sealed, base };
  }

  protected encode(number: number, base: number, { BYTES_PER_ELEMENT }: Uint8Array | Uint16Array) {
    const code = number < 0 && number >= -signs ? -1 - number : number - base + signs;
    const isSign = number < 0 && number >= -signs;
    return isSign || (code >= signs && code < 2 ** (8 * BYTES_PER_ELEMENT)) ? code : undefined;
  }

  protected decode(code: number, base: number): number {
    return code < signs ? -1 - code : base + code - signs;
  }
}
