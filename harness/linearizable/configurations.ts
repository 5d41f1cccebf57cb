/**
 * A set of short lists of numbers, exact and compact: the search has been at these configurations already (Lowe
 * 2017). A list costs four bytes a number and one for the table, so that millions of them fit; a hash alone would
 * be smaller, and now and then call a linearizable history invalid.
 */
export class Configurations {
  size = 0;
  private lists = new Int32Array(1 << 6);
  private used = 0;
  /** Open addressing: where a list begins, plus one; zero for a free place. */
  private table = new Int32Array(1 << 6);

  /** Adds the first `length` numbers of a list. @returns false if they were there before */
  add(numbers: Int32Array, length: number): boolean {
    const place = this.find(numbers, length);
    if (this.table[place] !== 0) return false;
    this.reserve(length + 1);
    this.table[place] = this.used + 1;
    this.lists[this.used] = length;
    this.lists.set(numbers.subarray(0, length), this.used + 1);
    this.used += length + 1;
    if (++this.size * 2 > this.table.length) this.grow();
    return true;
  }

  private find(numbers: Int32Array, length: number): number {
    const mask = this.table.length - 1;
    let place = hash(numbers, 0, length) & mask;
    for (let at = this.table[place]; at; at = this.table[place]) {
      if (this.isSame(at - 1, numbers, length)) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  private isSame(at: number, numbers: Int32Array, length: number): boolean {
    if (this.lists[at] !== length) return false;
    for (let index = 0; index < length; index++) {
      if (this.lists[at + 1 + index] !== numbers[index]) return false;
    }
    return true;
  }

  private reserve(length: number): void {
    if (this.used + length <= this.lists.length) return;
    const larger = new Int32Array(Math.max(2 * this.lists.length, this.used + length));
    larger.set(this.lists);
    this.lists = larger;
  }

  private grow(): void {
    const mask = 2 * this.table.length - 1;
    const larger = new Int32Array(mask + 1);
    for (const at of this.table) {
      if (at === 0) continue;
      let place = hash(this.lists, at, this.lists[at - 1] ?? 0) & mask;
      while (larger[place] !== 0) place = (place + 1) & mask;
      larger[place] = at;
    }
    this.table = larger;
  }
}

/** Of `length` numbers from `from` on; each bit of each number moves all bits of the sum (FNV-1a, then mixed). */
function hash(numbers: Int32Array, from: number, length: number): number {
  let sum = 0x811c9dc5;
  for (let index = from; index < from + length; index++) {
    sum = Math.imul(sum ^ (numbers[index] ?? 0), 0x01000193);
    sum ^= sum >>> 15;
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return sum ^ (sum >>> 13);
}
