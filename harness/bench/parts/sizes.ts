import { statSync } from 'node:fs';
import { type BenchContext, inRounds, type Part } from '../context.js';
import type { BenchResult } from '../result.js';
import { Tally } from '../tally.js';
import { valueResultsOf } from '../value-result.js';

const value = valueResultsOf('sizes');

/** Entries. The last file has more than ten megabytes. */
const sizesDefault = [100, 1_000, 10_000, 100_000];
const roundsDefault = 3;
const setsPerRound = 5;
const getsPerRound = 200;

/** What grows with the file: a document is read and written whole. */
export const sizes: Part = {
  title: 'larger and larger files',
  run: (context) => measureSizes(context),
};

/** @param counts of the entries of each file */
export async function measureSizes(
  context: BenchContext,
  counts: readonly number[] = sizesDefault,
): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const entries of counts) results.push(...(await measureSize(context, entries)));
  return results;
}

async function measureSize(context: BenchContext, entries: number): Promise<BenchResult[]> {
  const { crew, target } = context;
  const file = context.newFile();
  const [writer, reader] = await crew.hire(2, target, file);
  if (!writer || !reader) throw new Error('no process was hired');
  const tally = new Tally(target, 2);
  await tally.measure([writer], () => ({ type: 'sets', writer: 'many', count: entries, lanes: entries }));
  await reader.ask({ type: 'all' });
  const [setMs, allMs, getUs]: [number[], number[], number[]] = [[], [], []];
  await inRounds(context, `${entries} entries`, roundsDefault, async (round) => {
    for (let n = 0; n < setsPerRound; n++) {
      // A value of its own each time: to write what is there already is no change.
      const [done] = await tally.measure([writer], () => ({
        type: 'sets',
        writer: `new-${round}-${n}`,
        count: 1,
      }));
      setMs.push(...(done?.latenciesMs ?? []));
      allMs.push((await reader.ask({ type: 'all' })).durationMs);
    }
    const { durationMs } = await reader.ask({ type: 'gets', key: 'many-3', count: getsPerRound });
    getUs.push((durationMs * 1000) / getsPerRound);
  });
  // A store may have its entries elsewhere.
  const bytes = statSync(file, { throwIfNoEntry: false })?.size;
  await tally.verify(crew, file);
  await Promise.all([writer.leave(), reader.leave()]);
  const of = `${entries} entries${bytes === undefined ? '' : `, ${(bytes / 1e6).toPrecision(2)} MB`}`;
  return [
    value(`set-${entries}`, `${of}: one set`, 'ms', setMs),
    value(`all-${entries}`, `${of}: all after another process's change`, 'ms', allMs),
    value(`get-${entries}`, `${of}: get, unchanged`, 'µs', getUs),
    tally.result('sizes'),
  ];
}
