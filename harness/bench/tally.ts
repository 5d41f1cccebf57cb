import type { TargetSpec } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import type { Crew, Worker } from './crew.js';
import type { SetsAsk, SetsDone } from './protocol.js';
import type { WritesResult } from './result.js';
import { medianOf, percentileOf, spreadOf } from './statistics.js';

/** The writes of one store over all rounds: how fast they were, and which of them a fresh process does not find. */
export class Tally {
  readonly perSecond: number[] = [];
  readonly p99: number[] = [];
  /** How many times the mean of all the slowest process waits for a set, on average. */
  readonly slowest: number[] = [];
  private readonly p50: number[] = [];
  private longest = 0;
  private acknowledged = 0;
  private failed = 0;
  private lost = 0;
  /** What must be in the present file. Each key has one writer, so its last acknowledged value is its value. */
  private expected = new Map<string, ValueId>();

  constructor(
    readonly target: TargetSpec,
    private readonly processes: number,
  ) {}

  /** Lets all processes set at once, each what it is asked, and waits for the last. @returns what each has done */
  async measure(
    workers: readonly Worker[],
    asks: (position: number) => SetsAsk,
  ): Promise<readonly SetsDone[]> {
    const done = await Promise.all(workers.map((worker, position) => worker.ask(asks(position))));
    const latencies = done.flatMap(({ latenciesMs }) => latenciesMs);
    const windowMs = Math.max(...done.map(({ end }) => end)) - Math.min(...done.map(({ begin }) => begin));
    this.perSecond.push((latencies.length / windowMs) * 1000);
    this.p50.push(percentileOf(latencies, 50));
    this.p99.push(percentileOf(latencies, 99));
    this.longest = Math.max(this.longest, ...latencies);
    const means = done.map((one) => meanOf(one.latenciesMs)).filter((mean) => Number.isFinite(mean));
    this.slowest.push(Math.max(...means) / meanOf(latencies));
    for (const one of done) this.expect(one);
    return done;
  }

  /** The same without a clock: what is to be there before, and each process's first steps, one after another. */
  async prepare(workers: readonly Worker[], entries: number): Promise<void> {
    for (const [position, worker] of workers.entries()) {
      const count = position === 0 ? entries : 1;
      this.expect(await worker.ask({ type: 'sets', writer: `before-${position}`, count }));
      await worker.ask({ type: 'gets', key: 'before-0-0', count: 1 });
    }
  }

  /** A process that has never seen the file looks for all that was acknowledged in it. */
  async verify(crew: Crew, file: string): Promise<void> {
    this.lost += await countMissing(crew, this.target, file, this.expected);
    this.expected = new Map();
  }

  result(part: string): WritesResult {
    const { target, processes, acknowledged, failed, lost } = this;
    return {
      kind: 'writes',
      part,
      target: target.label,
      processes,
      perSecond: spreadOf(this.perSecond),
      latencyMs: { p50: medianOf(this.p50), p99: medianOf(this.p99), max: this.longest },
      acknowledged,
      failed,
      lost,
    };
  }

  private expect({ acknowledged, failed }: SetsDone): void {
    for (const [key, id] of acknowledged) this.expected.set(key, id);
    this.acknowledged += acknowledged.length;
    this.failed += failed;
  }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @returns how many of the entries are not what a fresh process finds */
export async function countMissing(
  crew: Crew,
  target: TargetSpec,
  file: string,
  expected: ReadonlyMap<string, ValueId>,
): Promise<number> {
  // A file that a fresh process can't even open has lost everything.
  const entries = await readAfresh(crew, target, file).catch(() => undefined);
  return [...expected].filter(([key, id]) => entries?.[key] !== id).length;
}

async function readAfresh(crew: Crew, target: TargetSpec, file: string): Promise<Record<string, ValueId>> {
  const [reader] = await crew.hire(1, target, file);
  if (!reader) throw new Error('no process was hired');
  const { entries } = await reader.ask({ type: 'all' });
  await reader.kill();
  return entries;
}
