const perDecade = 90;
const decades = 9;

/** How long calls took, in microseconds, on a logarithmic scale: each bin is 2.6 % wide, whatever the number of calls. */
export class Histogram {
  private readonly bins: Uint32Array;
  count = 0;
  max = 0;

  /** @param fineness bins for each power of ten */
  constructor(private readonly fineness = perDecade) {
    this.bins = new Uint32Array(fineness * decades + 1);
  }

  add(took: number, times = 1): void {
    const bin = Math.floor(Math.log10(Math.max(1, took)) * this.fineness);
    const place = Math.min(this.bins.length - 1, bin);
    this.bins[place] = (this.bins[place] ?? 0) + times;
    this.count += times;
    if (took > this.max) this.max = took;
  }

  take(other: Histogram): void {
    for (const [at, count] of other.bins.entries()) this.bins[at] = (this.bins[at] ?? 0) + count;
    this.count += other.count;
    this.max = Math.max(this.max, other.max);
  }

  /** Returns what that share of all took at most. Null for an empty histogram. */
  quantile(share: number): number | null {
    if (this.count === 0) return null;
    if (share >= 1) return this.max;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let before = 0;
    for (const [at, count] of this.bins.entries()) {
      before += count;
      if (before >= rank) return Math.min(this.max, Math.round(10 ** ((at + 0.5) / this.fineness)));
    }
    return this.max;
  }
}
