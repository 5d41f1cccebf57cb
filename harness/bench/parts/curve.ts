import { resolveTarget } from '../../targets/index.js';
import { type BenchContext, inRounds, type Part } from '../context.js';
import type { CurveResult } from '../result.js';
import { findPeers } from '../rivals/index.js';
import { spreadOf } from '../statistics.js';
import { Tally } from '../tally.js';
import { entriesOfUser } from './against-bare-loop.js';
import { contend } from './contended.js';

/** Which numbers of processes are measured. */
interface Plan {
  part: string;
  title: string;
  crowds: readonly number[];
  roundsDefault: number;
  /** A store that takes longer for a point is slow enough. */
  forMsMax: number;
  /** Those that promise as much, and the lock that one would reach for, go as far. 0 leaves them out. */
  crowdOfOthersMax: number;
}

/** All processes together, so that each point takes about as long. */
const setsPerPoint = 400;

/** One process, and more and more at once: whether they hinder each other. */
export const curve = curveOf({
  part: 'curve',
  title: 'one process, and more of them',
  crowds: [1, 2, 4, 8, 16, 32],
  roundsDefault: 5,
  forMsMax: 2000,
  crowdOfOthersMax: 8,
});

/** More than any machine has processors for. */
export const crowd = curveOf({
  part: 'crowd',
  title: 'a crowd of processes',
  crowds: [1, 32, 64, 128],
  roundsDefault: 3,
  forMsMax: 10_000,
  crowdOfOthersMax: 0,
});

function curveOf(plan: Plan): Part {
  const { title, crowds, crowdOfOthersMax } = plan;
  return {
    title,
    async run(context) {
      const peers = crowdOfOthersMax === 0 ? [] : findPeers();
      const others = crowdOfOthersMax === 0 ? [] : [resolveTarget('textbook', '.')];
      const specs = [
        ...[context.target, ...others],
        ...peers.filter(({ missing }) => missing === undefined).map(({ spec }) => spec),
      ];
      const stores = specs.map((spec, place) => ({
        spec,
        tallies: crowds
          .filter((processes) => place === 0 || processes <= crowdOfOthersMax)
          .map((processes) => ({ processes, tally: new Tally(spec, processes) })),
      }));
      await inRounds(context, title, plan.roundsDefault, async (n) => {
        for (const store of n % 2 === 0 ? stores.toReversed() : stores) await round(context, plan, store);
      });
      return [
        ...stores.map((store) => resultOf(plan.part, store)),
        ...peers.flatMap(({ spec, missing }) => (missing === undefined ? [] : [absent(spec.label, missing)])),
      ];
    },
  };
}

interface Measured {
  spec: BenchContext['target'];
  tallies: { processes: number; tally: Tally }[];
}

async function round(
  context: BenchContext,
  { title, forMsMax }: Plan,
  { spec, tallies }: Measured,
): Promise<void> {
  const most = Math.max(...tallies.map(({ processes }) => processes));
  const workers = await context.crew.hire(most, spec, context.newFile());
  for (const { processes, tally } of tallies) {
    const setsEach = Math.ceil(setsPerPoint / processes);
    context.say(`${title}: ${spec.label}, ${processes}`);
    await contend(context, tally, workers.slice(0, processes), {
      entries: entriesOfUser,
      setsEach,
      forMsMax,
    });
  }
  await Promise.all(workers.map((worker) => worker.leave()));
}

function resultOf(part: string, { spec, tallies }: Measured): CurveResult {
  const one = tallies[0]?.tally.perSecond ?? [];
  return {
    kind: 'curve',
    part,
    target: spec.label,
    points: tallies.map(({ tally }) => ({
      ...tally.result(part),
      ratioToOne: spreadOf(tally.perSecond.map((value, n) => value / (one[n] ?? 0))),
      slowest: spreadOf(tally.slowest),
    })),
  };
}

function absent(target: string, note: string): CurveResult {
  return { kind: 'curve', part: 'curve', target, note, points: [] };
}
