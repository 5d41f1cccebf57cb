import type { Part } from '../context.js';
import { inRounds } from '../context.js';
import { meets, type RatioResult } from '../result.js';
import { medianOf, spreadOf } from '../statistics.js';
import { Tally } from '../tally.js';

/** What a user has: the size of the document decides what its bytes cost. */
export const entriesOfUser = 10;

const barePerRound = 200;

interface Shape {
  name: string;
  title: string;
  /** How many sets are under way at once. */
  lanes: number;
  setsPerRound: number;
  rounds: number;
  atLeast: number;
}

/** One process that sets, and a bare loop that writes the same bytes: what the guarantees cost, and what batches win. */
export function againstBareLoop({ name, title, lanes, setsPerRound, rounds, atLeast }: Shape): Part {
  return {
    title,
    async run(context) {
      const { target, crew } = context;
      const file = context.newFile();
      const [ours] = await crew.hire(1, target, file);
      const [bare] = await crew.hire(1, target, context.newFile());
      if (!ours || !bare) throw new Error('no process was hired');
      const tally = new Tally(target, 1);
      const bareFile = context.newFile();
      const loop = async (count: number) => {
        const { durationMs } = await bare.ask({ type: 'bare', source: file, file: bareFile, count });
        return (count / durationMs) * 1000;
      };
      const sets = { type: 'sets', lanes, keys: Math.max(lanes, entriesOfUser) } as const;

      // Warm: the first calls compile the code, and the document has its size from then on.
      await tally.measure([ours], () => ({ ...sets, writer: 'user', count: Math.max(300, 4 * sets.keys) }));
      tally.perSecond.length = 0;
      await loop(20);
      const barePerSecond: number[] = [];
      await inRounds(context, title, rounds, async () => {
        await tally.measure([ours], () => ({ ...sets, writer: 'user', count: setsPerRound }));
        barePerSecond.push(await loop(barePerRound));
      });
      await tally.verify(crew, file);
      await Promise.all([ours.leave(), bare.leave()]);

      const ratio = spreadOf(tally.perSecond.map((value, n) => value / (barePerSecond[n] ?? 0)));
      const compared: RatioResult = {
        kind: 'ratio',
        part: name,
        name,
        title,
        unit: 'sets/s',
        ours: medianOf(tally.perSecond),
        other: { name: 'bare loop', value: medianOf(barePerSecond) },
        ratio,
        goal: { atLeast },
        met: meets(ratio.median, { atLeast }),
      };
      return [compared, tally.result(name)];
    },
  };
}
