import type { Overview, Series } from '../data.js';
import { Histogram } from './histogram.js';

const bucketsMax = 240;
const sampleMax = 500;
/** Of a bucket: 10 % is as fine as the picture can show. */
const coarse = 24;
const shares = [0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99999, 1];

interface Side {
  count: number;
  bad: number;
  took: Histogram;
  slowest: [at: number, took: number] | undefined;
}

interface Bucket {
  writes: Side;
  reads: Side;
  violations: number;
}

const newSide = (): Side => ({ count: 0, bad: 0, took: new Histogram(coarse), slowest: undefined });
const newBucket = (): Bucket => ({ writes: newSide(), reads: newSide(), violations: 0 });

/**
 * A run of any length in some hundred buckets: where there are too many, two become one. What is held does not depend on the number of
 * operations.
 */
export class OverviewMaker {
  private readonly buckets: Bucket[] = [];
  private width = 1000;
  private operations = 0;
  private audits = 0;
  private latest = 0;
  private readonly sample: Overview['dots'] = [];
  private readonly byAction = new Map<string, Histogram>();
  private random = 1;

  /** @param times how many calls it stands for */
  ended(action: string, begin: number, end: number, outcome: string, times = 1): void {
    this.operations += times;
    this.latest = Math.max(this.latest, end);
    const isWrite = action === 'set' || action === 'remove' || action === 'refresh';
    const bucket = this.bucketAt(end);
    const side = isWrite ? bucket.writes : bucket.reads;
    if (outcome !== 'ok') {
      side.bad += times;
      return;
    }
    const took = end - begin;
    side.count += times;
    side.took.add(took, times);
    if (side.slowest === undefined || took > side.slowest[1]) side.slowest = [end, took];
    let all = this.byAction.get(action);
    if (all === undefined) {
      all = new Histogram();
      this.byAction.set(action, all);
    }
    all.add(took, times);
    this.pick([end, took, isWrite ? 1 : 0]);
  }

  /** A call of the final audit, when all else is over: it would be a long run's last bucket, and the slowest. */
  audited(times = 1): void {
    this.audits += times;
  }

  /** Some show at the very end, when nothing happens any more. */
  violated(at: number): void {
    this.bucketAt(Math.min(at, this.latest)).violations++;
  }

  /** Each call is in the sample with the same probability (reservoir sampling); the same history gives the same sample. */
  private pick(dot: Overview['dots'][number]): void {
    if (this.sample.length < sampleMax) {
      this.sample.push(dot);
      return;
    }
    this.random = (Math.imul(this.random, 1664525) + 1013904223) >>> 0;
    const place = Math.floor((this.random / 2 ** 32) * this.operations);
    if (place < sampleMax) this.sample[place] = dot;
  }

  private bucketAt(time: number): Bucket {
    while (time / this.width >= bucketsMax) this.halve();
    const at = Math.max(0, Math.floor(time / this.width));
    while (this.buckets.length <= at) this.buckets.push(newBucket());
    return this.buckets[at] as Bucket;
  }

  private halve(): void {
    const pairs = Math.ceil(this.buckets.length / 2);
    for (let at = 0; at < pairs; at++) {
      const [into, from] = [this.buckets[2 * at] as Bucket, this.buckets[2 * at + 1]];
      if (from !== undefined) merge(into, from);
      this.buckets[at] = into;
    }
    this.buckets.length = pairs;
    this.width *= 2;
  }

  /** @returns null where no operation has ended */
  finish(faults: Pick<Overview, 'faults' | 'faultsLeftOut'>): Overview | null {
    if (this.operations === 0) return null;
    const isUsed = ({ writes, reads, violations }: Bucket) =>
      writes.count + writes.bad + reads.count + reads.bad + violations > 0;
    const first = Math.max(0, this.buckets.findIndex(isUsed));
    const used = this.buckets.slice(first);
    const from = first * this.width;
    const slowest = used.flatMap(({ writes, reads }) => [
      ...(writes.slowest ? [[...writes.slowest, 1] as const] : []),
      ...(reads.slowest ? [[...reads.slowest, 0] as const] : []),
    ]);
    const known = new Set<string>();
    const dots = [...this.sample, ...slowest].flatMap(([at, took, isWrite]): Overview['dots'] => {
      const name = `${at} ${took} ${isWrite}`;
      if (known.has(name)) return [];
      known.add(name);
      return [[at - from, took, isWrite]];
    });
    return {
      from,
      width: this.width,
      operations: this.operations,
      audits: this.audits,
      writes: seriesOf(used.map(({ writes }) => writes)),
      reads: seriesOf(used.map(({ reads }) => reads)),
      violations: used.map(({ violations }) => violations),
      dots,
      ...faults,
      percentiles: [...this.byAction].sort().map(([action, all]) => ({
        action,
        count: all.count,
        points: shares
          .filter((share) => share === 1 || all.count * (1 - share) >= 1)
          .map((share): [number, number] => [share, all.quantile(share) ?? 0]),
      })),
    };
  }
}

function merge(into: Bucket, from: Bucket): void {
  into.violations += from.violations;
  for (const name of ['writes', 'reads'] as const) {
    const [a, b] = [into[name], from[name]];
    a.count += b.count;
    a.bad += b.bad;
    a.took.take(b.took);
    if (b.slowest !== undefined && (a.slowest === undefined || b.slowest[1] > a.slowest[1]))
      a.slowest = b.slowest;
  }
}

function seriesOf(sides: readonly Side[]): Series {
  return {
    count: sides.map(({ count }) => count),
    bad: sides.map(({ bad }) => bad),
    p50: sides.map(({ took }) => took.quantile(0.5)),
    p99: sides.map(({ took }) => took.quantile(0.99)),
  };
}
