import type { BenchContext, Part } from '../context.js';
import { inRounds } from '../context.js';
import { lossesInStress, lossesUnderKills } from '../losses.js';
import type { RivalResult } from '../result.js';
import { findRivals, type Rival } from '../rivals/index.js';
import { Tally } from '../tally.js';
import { contend, type Load } from './contended.js';

const contending = 4;
const roundsDefault = 2;
/** Few entries before: one of the stores takes a tenth of a second for each. */
const alone: Load = { entries: 3, setsEach: 150, forMsMax: 250 };
const together: Load = { entries: 3, setsEach: 50, forMsMax: 500 };
/** Losses are no matter of time: several stores may be put to the test at once. */
const stressedAtOnce = 3;

/** What else one could take, how fast it is, and what it loses. */
export const rivals: Part = {
  title: 'what else one could take',
  async run(context) {
    const { target } = context;
    const all: Rival[] = [{ spec: target, stressed: target, isPlainJson: true }, ...findRivals()];
    const rows = all
      .filter(({ spec, missing }, position) => position === 0 || missing || spec.module !== target.module)
      .map((rival) => ({
        rival,
        one: new Tally(rival.spec, 1),
        four: new Tally(rival.spec, contending),
        result: rowOf(rival),
      }));
    const runnable = rows.filter(({ rival }) => !rival.missing);
    await inRounds(context, 'rivals', roundsDefault, async () => {
      for (const { rival, one, four } of runnable) {
        context.say(`rivals: ${rival.spec.label}`);
        const workers = await context.crew.hire(contending, rival.spec, context.newFile());
        await contend(context, one, workers.slice(0, 1), alone);
        await contend(context, four, workers, together);
        await Promise.all(workers.map((worker) => worker.leave()));
      }
    });
    for (const { result, one, four } of runnable) {
      result.one = one.result('rivals');
      result.contending = four.result('rivals');
    }
    await inTurns(runnable, stressedAtOnce, async ({ rival, result }) => {
      result.losses = await findLosses(context, rival);
    });
    return rows.map(({ result }) => result);
  },
};

function rowOf({ spec, missing, remark }: Rival): RivalResult {
  const note = missing ?? remark;
  return {
    kind: 'rival',
    part: 'rivals',
    target: spec.label,
    losses: [],
    ...(note === undefined ? {} : { note }),
  };
}

async function findLosses(context: BenchContext, { stressed, isPlainJson }: Rival) {
  context.signal.throwIfAborted();
  context.say(`what ${stressed.label} loses`);
  return isPlainJson ? lossesInStress(context, stressed) : [await lossesUnderKills(context, stressed)];
}

/** Works through a list, a few at a time. After a failure nothing is begun, and what was begun comes to its end. */
async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const item of left) {
      await work(item).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (failures.length > 0) throw failures[0];
}
