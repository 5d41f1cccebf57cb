/**
 * What a judge does with the operations and contents of a run: arrays have it, and so have columns of numbers. `findLast` is missing:
 * to a compiler that knows ES2022, the arrays of a user would be no lists.
 */
export interface List<T> extends Iterable<T> {
  readonly length: number;
  /** As that of an array. */
  filter(accept: (item: T) => boolean): T[];
  /** As that of an array. */
  map<U>(change: (item: T, index: number) => U): U[];
  /** As that of an array. */
  flatMap<U>(change: (item: T, index: number) => U | readonly U[]): U[];
  /** As that of an array. */
  find(accept: (item: T, index: number) => boolean): T | undefined;
  /** As that of an array. */
  some(accept: (item: T) => boolean): boolean;
  /** @returns undefined where there is none; an index counts from 0, and is never negative */
  at(index: number): T | undefined;
}

/** A list whose items are made when they are asked for: two of the same are equal, and not the same object. */
export abstract class MadeList<T> implements List<T> {
  abstract readonly length: number;
  protected abstract make(index: number): T;

  at(index: number): T | undefined {
    return index >= 0 && index < this.length ? this.make(index) : undefined;
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let index = 0; index < this.length; index++) yield this.make(index);
  }

  filter(accept: (item: T) => boolean): T[] {
    const accepted: T[] = [];
    for (const item of this) if (accept(item)) accepted.push(item);
    return accepted;
  }

  map<U>(change: (item: T, index: number) => U): U[] {
    const changed: U[] = [];
    for (let index = 0; index < this.length; index++) changed.push(change(this.make(index), index));
    return changed;
  }

  flatMap<U>(change: (item: T, index: number) => U | readonly U[]): U[] {
    const changed: U[] = [];
    for (let index = 0; index < this.length; index++) {
      const made = change(this.make(index), index);
      if (Array.isArray(made)) changed.push(...made);
      else changed.push(made as U);
    }
    return changed;
  }

  find(accept: (item: T, index: number) => boolean): T | undefined {
    for (let index = 0; index < this.length; index++) {
      const item = this.make(index);
      if (accept(item, index)) return item;
    }
    return undefined;
  }

  some(accept: (item: T) => boolean): boolean {
    return this.find(accept) !== undefined;
  }
}
