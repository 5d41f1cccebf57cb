import { type BenchContext, inRounds, type Part } from '../context.js';
import type { BenchResult, Goal } from '../result.js';
import { Tally } from '../tally.js';
import { valueResultsOf } from '../value-result.js';
import type { Weight } from '../weigh.js';

const value = valueResultsOf('endurance');

/** As many as are under way at once, each with a key of its own. */
const lanes = 64;
/** A process is given no more at once: its answer has a line for each, which is no memory of the store. */
const setsPerAsk = 10_000;
const setsPerSampleDefault = 100_000;
const samplesDefault = 10;

/** What grows with the number of changes, in one process that makes very many. A round is one sample. */
export const endurance: Part = {
  title: 'very many sets in one process',
  run: (context) => endure(context),
};

/** @param setsPerSample how many sets come before each time that the process is weighed */
export async function endure(
  context: BenchContext,
  setsPerSample = setsPerSampleDefault,
): Promise<BenchResult[]> {
  const { crew, target } = context;
  const file = context.newFile();
  const [worker] = await crew.hire(1, target, file);
  if (!worker) throw new Error('no process was hired');
  const tally = new Tally(target, 1);
  const run = async (sets: number) => {
    for (let left = sets; left > 0; left -= setsPerAsk) {
      const count = Math.min(left, setsPerAsk);
      await tally.measure([worker], () => ({ type: 'sets', writer: 'user', count, lanes, keys: lanes }));
    }
    return worker.ask({ type: 'weigh' });
  };
  // Warm: the first calls compile the code, and the document has its size from then on.
  await run(Math.min(setsPerSample, setsPerAsk));
  const samples: Weight[] = [];
  await inRounds(context, `${setsPerSample} sets, then weighed`, samplesDefault, async () => {
    samples.push(await run(setsPerSample));
  });
  await tally.verify(crew, file);
  await worker.leave();
  return [...samples.flatMap(resultsOf(setsPerSample)), ...growthOf(samples), tally.result('endurance')];
}

function resultsOf(setsPerSample: number) {
  return ({ heap, resident, descriptors }: Weight, n: number): BenchResult[] => {
    const sets = (n + 1) * setsPerSample;
    const after = `after ${sets} sets`;
    return [
      value(`heap-${sets}`, `${after}: heap in use, collected`, 'MiB', [heap]),
      value(`resident-${sets}`, `${after}: resident memory`, 'MiB', [resident]),
      ...(descriptors === undefined
        ? []
        : [value(`descriptors-${sets}`, `${after}: open descriptors`, '', [descriptors])]),
    ];
  };
}

/** Of the last sample over the first. */
function growthOf(samples: readonly Weight[]): BenchResult[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return [];
  const growth = (
    name: keyof Weight,
    title: string,
    goal: Goal,
    by: (first: number, last: number) => number,
  ) => {
    const [from, to] = [first[name], last[name]];
    return from === undefined || to === undefined
      ? []
      : [value(`${name}-growth`, `${title}, at the end and at first`, '', [by(from, to)], goal)];
  };
  const ratio = (from: number, to: number) => to / from;
  return [
    ...growth('heap', 'ratio of the heap in use', { below: 1.25 }, ratio),
    ...growth('resident', 'ratio of the resident memory', { below: 1.5 }, ratio),
    ...growth('descriptors', 'difference of the open descriptors', { below: 1 }, (from, to) => to - from),
  ];
}
