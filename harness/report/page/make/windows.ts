/** Events around one picture. Times are nanoseconds. */
export interface Window {
  from: number;
  to: number;
  calls: number;
  contents: number;
  leftOut: number;
}

const callsMax = 70;
const contentsMax = 50;

/**
 * Which times are shown exactly. Pictures lie anywhere in a run and may overlap; for each moment it has to be fast to say whether one of
 * them shows it.
 */
export class Windows {
  private readonly sorted: Window[];
  /** The latest end of all windows up to each one. */
  private readonly reach: number[] = [];

  constructor(windows: readonly Window[]) {
    this.sorted = [...windows].sort((a, b) => a.from - b.from);
    let latest = Number.NEGATIVE_INFINITY;
    for (const { to } of this.sorted) {
      latest = Math.max(latest, to);
      this.reach.push(latest);
    }
  }

  /** Whether any picture shows a part of that interval. */
  touch(from: number, to: number): boolean {
    const last = this.countBegun(to) - 1;
    return last >= 0 && (this.reach[last] ?? 0) >= from;
  }

  /** Whether one of them still has room for that call or content. The others count it as left out. */
  take(what: 'calls' | 'contents', from: number, to: number): boolean {
    const max = what === 'calls' ? callsMax : contentsMax;
    let isTaken = false;
    for (let at = this.countBegun(to) - 1; at >= 0 && (this.reach[at] ?? 0) >= from; at--) {
      const window = this.sorted[at];
      if (window === undefined || window.to < from) continue;
      if (window[what] < max) {
        window[what]++;
        isTaken = true;
      } else window.leftOut++;
    }
    return isTaken;
  }

  private countBegun(time: number): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.sorted[middle]?.from ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
