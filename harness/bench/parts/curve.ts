import { resolveTarget } from '../../targets/index.js';
import { type BenchContext, inRounds, type Part } from '../context.js';
import type { CurveResult } from '../result.js';
import { findPeers } from '../rivals/index.js';
import { spreadOf } from '../statistics.js';
import { Tally } from '../tally.js';
import { entriesOfUser } from './against-bare-loop.js';
import { contend } from './contended.js';

const roundsDefault = 5;
/** Of the store that is measured; what it is compared with goes as far as eight. */
const crowds = [1, 2, 4, 8, 16, 32];
const crowdOfOthersMax = 8;
/** All processes together, so that each point takes about as long. */
const setsPerPoint = 400;
/** A store that takes longer for a point is slow enough. */
const forMsMax = 2000;

/**
 * One process, and more and more at once: whether they hinder each other. Beside those that promise as much, and the lock that
 * one would reach for.
 */
export const curve: Part = {
  title: 'one process, and more of them',
  async run(context) {
    const peers = findPeers();
    const specs = [
      context.target,
      resolveTarget('textbook', '.'),
      ...peers.filter(({ missing }) => missing === undefined).map(({ spec }) => spec),
    ];
    const stores = specs.map((spec, place) => ({
      spec,
      tallies: crowds
        .filter((processes) => place === 0 || processes <= crowdOfOthersMax)
        .map((processes) => ({ processes, tally: new Tally(spec, processes) })),
    }));
    await inRounds(context, curve.title, roundsDefault, async (n) => {
      for (const store of n % 2 === 0 ? stores.toReversed() : stores) await round(context, store);
    });
    return [
      ...stores.map(resultOf),
      ...peers.flatMap(({ spec, missing }) => (missing === undefined ? [] : [absent(spec.label, missing)])),
    ];
  },
};

interface Measured {
  spec: BenchContext['target'];
  tallies: { processes: number; tally: Tally }[];
}

async function round(context: BenchContext, { spec, tallies }: Measured): Promise<void> {
  const most = Math.max(...tallies.map(({ processes }) => processes));
  const workers = await context.crew.hire(most, spec, context.newFile());
  for (const { processes, tally } of tallies) {
    const setsEach = Math.ceil(setsPerPoint / processes);
    context.say(`${curve.title}: ${spec.label}, ${processes}`);
    await contend(context, tally, workers.slice(0, processes), {
      entries: entriesOfUser,
      setsEach,
      forMsMax,
    });
  }
  await Promise.all(workers.map((worker) => worker.leave()));
}

function resultOf({ spec, tallies }: Measured): CurveResult {
  const one = tallies[0]?.tally.perSecond ?? [];
  return {
    kind: 'curve',
    part: 'curve',
    target: spec.label,
    points: tallies.map(({ tally }) => ({
      ...tally.result('curve'),
      ratioToOne: spreadOf(tally.perSecond.map((value, n) => value / (one[n] ?? 0))),
      slowest: spreadOf(tally.slowest),
    })),
  };
}

function absent(target: string, note: string): CurveResult {
  return { kind: 'curve', part: 'curve', target, note, points: [] };
}
