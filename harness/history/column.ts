type Numbers = Float64Array | Int32Array;

/** Numbers of one kind, one after another: eight or four bytes each, where a field of an object takes up to 24. */
class Column<A extends Numbers> {
  length = 0;

  constructor(protected numbers: A) {}

  push(number: number): void {
    if (this.length === this.numbers.length) this.grow();
    this.numbers[this.length++] = number;
  }

  get(index: number): number {
    return this.numbers[index] ?? 0;
  }

  set(index: number, number: number): void {
    this.numbers[index] = number;
  }

  /** By half: a doubling would leave half of a long column empty. */
  private grow(): void {
    const length = Math.ceil(this.numbers.length * 1.5);
    const grown = new (this.numbers.constructor as new (length: number) => A)(length);
    grown.set(this.numbers);
    this.numbers = grown;
  }
}

const lengthAtFirst = 64;

/** Times. */
export class Floats extends Column<Float64Array> {
  constructor() {
    super(new Float64Array(lengthAtFirst));
  }

  /** Puts them in order. */
  sort(): this {
    this.numbers.subarray(0, this.length).sort();
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
  constructor() {
    super(new Int32Array(lengthAtFirst));
  }
}
