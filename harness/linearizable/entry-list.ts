import type { Interval } from '../history/interval.js';

/**
 * The begins and ends of calls in order of time, as a doubly linked list from which a call can be lifted and put back
 * (Wing and Gong 1993). What ends at Infinity has no end in the list. Begins stand before ends of the same time,
 * for intervals are closed.
 */
export class EntryList {
  /** By entry: the call that it is a begin or an end of. */
  readonly callOf: Int32Array;
  /** By entry: 1 for an end. */
  readonly isEnd: Uint8Array;
  /** By call: the entry of its begin. */
  readonly beginOf: Int32Array;
  /** The entry before the first and after the last. */
  readonly head: number;
  private readonly endOf: Int32Array;
  private readonly nextOf: Int32Array;
  private readonly previousOf: Int32Array;

  constructor(calls: readonly Interval[]) {
    // Twice the call, plus one for its end: of these many are made and sorted, and objects would cost more than the search.
    const marks: number[] = [];
    for (const [call, { end }] of calls.entries()) {
      marks.push(2 * call);
      if (end !== Number.POSITIVE_INFINITY) marks.push(2 * call + 1);
    }
    const timeOf = (mark: number) => {
      const call = calls[mark >> 1] as Interval;
      return mark & 1 ? call.end : call.begin;
    };
    marks.sort((a, b) => {
      const [x, y] = [timeOf(a), timeOf(b)];
      // Not by subtraction: of two infinities that is no number.
      return x < y ? -1 : x > y ? 1 : (a & 1) - (b & 1);
    });
    const size = marks.length;
    this.head = size;
    this.callOf = new Int32Array(size);
    this.isEnd = new Uint8Array(size);
    this.beginOf = new Int32Array(calls.length);
    this.endOf = new Int32Array(calls.length).fill(-1);
    this.nextOf = new Int32Array(size + 1);
    this.previousOf = new Int32Array(size + 1);
    for (let entry = 0; entry <= size; entry++) {
      this.nextOf[entry] = entry === size ? 0 : entry + 1;
      this.previousOf[entry] = entry === 0 ? size : entry - 1;
    }
    for (const [entry, mark] of marks.entries()) {
      const call = mark >> 1;
      this.callOf[entry] = call;
      this.isEnd[entry] = mark & 1;
      if (mark & 1) this.endOf[call] = entry;
      else this.beginOf[call] = entry;
    }
  }

  first(): number {
    return this.after(this.head);
  }

  after(entry: number): number {
    return this.nextOf[entry] ?? this.head;
  }

  lift(call: number): void {
    this.unlink(this.beginOf[call] ?? 0);
    const end = this.endOf[call] ?? -1;
    if (end >= 0) this.unlink(end);
  }

  /** Undoes the last lift that is not undone yet; the call must be that one's. */
  putBack(call: number): void {
    const end = this.endOf[call] ?? -1;
    if (end >= 0) this.link(end);
    this.link(this.beginOf[call] ?? 0);
  }

  private unlink(entry: number): void {
    const before = this.previousOf[entry] ?? 0;
    const after = this.nextOf[entry] ?? 0;
    this.nextOf[before] = after;
    this.previousOf[after] = before;
  }

  private link(entry: number): void {
    this.nextOf[this.previousOf[entry] ?? 0] = entry;
    this.previousOf[this.nextOf[entry] ?? 0] = entry;
  }
}
