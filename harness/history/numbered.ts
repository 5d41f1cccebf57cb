import { Ints } from './column.js';

/** A number that is so far behind the others is kept by itself. */
const sparse = 1024;
const none = -1;

/** From numbers that count, with gaps, to numbers from 0 on. */
export class Numbered {
  private readonly near = new Ints();
  private readonly far = new Map<number, number>();

  set(number: number, value: number): void {
    const { near } = this;
    if (!Number.isInteger(number) || number < 0 || number > near.length + sparse) {
      this.far.set(number, value);
      return;
    }
    while (near.length <= number) near.push(none);
    near.set(number, value);
  }

  /** -1 where there is none. */
  get(number: number): number {
    const value = number >= 0 && number < this.near.length ? this.near.get(number) : none;
    return value === none && this.far.size > 0 ? (this.far.get(number) ?? none) : value;
  }
}
