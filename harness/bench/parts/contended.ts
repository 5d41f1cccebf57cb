import { resolveTarget } from '../../targets/index.js';
import type { BenchContext, Part } from '../context.js';
import { inRounds } from '../context.js';
import type { Worker } from '../crew.js';
import { type BenchResult, type Goal, meets, type RatioResult } from '../result.js';
import { medianOf, spreadOf } from '../statistics.js';
import { Tally } from '../tally.js';
import { entriesOfUser } from './against-bare-loop.js';

const rival = 'textbook';
const roundsDefault = 3;
const setsEach = 100;
/** A store that takes longer for a round is slow enough. */
const load: Load = { entries: entriesOfUser, setsEach, forMsMax: 20_000 };

/** How many processes, and what is wished for with as many. */
const crowds: { processes: number; throughput?: Goal; p99?: Goal }[] = [
  { processes: 2 },
  { processes: 8, throughput: { atLeast: 3 }, p99: { below: 1 } },
];

export interface Load {
  /** What is in the file before. */
  entries: number;
  setsEach: number;
  /** No process begins a further set after so long. */
  forMsMax: number;
}

/** Real processes that all set at once, each one set after another, against what one would reach for. */
export const contended: Part = {
  title: `processes that contend, ${setsEach} sets each`,
  async run(context) {
    const results: BenchResult[] = [];
    for (const crowd of crowds) results.push(...(await compare(context, crowd)));
    return results;
  },
};

async function compare(
  context: BenchContext,
  { processes, throughput, p99 }: (typeof crowds)[number],
): Promise<BenchResult[]> {
  const { crew, target, newFile } = context;
  const title = `${processes} processes, ${setsEach} sets each`;
  const sides = await Promise.all(
    [target, resolveTarget(rival, '.')].map(async (spec) => ({
      tally: new Tally(spec, processes),
      workers: await crew.hire(processes, spec, newFile()),
    })),
  );
  await inRounds(context, title, roundsDefault, async (n) => {
    // The second may find the disk busy with the first.
    for (const { tally, workers } of n % 2 === 0 ? sides.toReversed() : sides)
      await contend(context, tally, workers, load);
  });
  await Promise.all(sides.flatMap(({ workers }) => workers.map((worker) => worker.leave())));

  const [ours, theirs] = sides.map(({ tally }) => tally);
  if (!ours || !theirs) throw new Error('no process contended');
  const ratioOf = (quantity: 'perSecond' | 'p99', unit: RatioResult['unit'], goal?: Goal): RatioResult => {
    const ratio = spreadOf(ours[quantity].map((value, n) => value / (theirs[quantity][n] ?? 0)));
    const name = `contended-${processes}-${quantity === 'p99' ? 'p99' : 'throughput'}`;
    return {
      kind: 'ratio',
      part: 'contended',
      name,
      unit,
      ours: medianOf(ours[quantity]),
      ratio,
      title: quantity === 'p99' ? `${title}: p99 of a set` : title,
      other: { name: theirs.target.label, value: medianOf(theirs[quantity]) },
      ...(goal ? { goal, met: meets(ratio.median, goal) } : {}),
    };
  };
  return [
    ratioOf('perSecond', 'sets/s', throughput),
    ratioOf('p99', 'ms', p99),
    ours.result('contended'),
    theirs.result('contended'),
  ];
}

/** One round of one store: a new file with a user's entries, all processes warm, and then all at once. */
export async function contend(
  { crew, newFile, signal }: BenchContext,
  tally: Tally,
  workers: readonly Worker[],
  { entries, setsEach, forMsMax }: Load,
): Promise<void> {
  signal.throwIfAborted();
  const file = newFile();
  for (const worker of workers) await worker.open(tally.target, file);
  await tally.prepare(workers, entries);
  await tally.measure(workers, (position) => ({
    type: 'sets',
    writer: `process-${position}`,
    count: setsEach,
    forMsMax,
  }));
  await tally.verify(crew, file);
}
