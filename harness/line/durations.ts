/** So many to each doubling: the middle of a bucket is at most 5 % off. */
const perDoubling = 8;
const doublings = 48;

/** How long things took, in any whole unit: a fixed number of counters, however many there were. */
export class Durations {
  count = 0;
  max = 0;
  private readonly buckets = new Uint32Array(perDoubling * doublings);

  add(duration: number): void {
    const bucket = Math.floor(Math.log2(Math.max(1, duration)) * perDoubling);
    const at = Math.min(bucket, this.buckets.length - 1);
    this.buckets[at] = (this.buckets[at] ?? 0) + 1;
    this.count++;
    if (duration > this.max) this.max = duration;
  }

  /** 0 where there was none. */
  get median(): number {
    let passed = 0;
    for (const [at, count] of this.buckets.entries()) {
      passed += count;
      if (2 * passed >= this.count && count > 0)
        return Math.min(this.max, Math.round(2 ** ((at + 0.5) / perDoubling)));
    }
    return 0;
  }
}
