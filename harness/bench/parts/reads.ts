import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { BenchContext, Part } from '../context.js';
import { inRounds } from '../context.js';
import type { IdleConfig, IdleFound } from '../idle-process.js';
import type { ValueResult } from '../result.js';
import { valueResultsOf } from '../value-result.js';
import { entriesOfUser } from './against-bare-loop.js';

const value = valueResultsOf('reads');

const getsPerRound = 2000;
const manyEntries = 1000;
const allsPerRound = 5;
const roundsDefault = 5;
const idleMs = 2000;
const idleProgram = fileURLToPath(new URL('../idle-process.js', import.meta.url));

/** What is asked most often, and what a store costs that is asked nothing. */
export const reads: Part = {
  title: 'reads and rest',
  run: async (context) => [
    await getUnchanged(context),
    await allAfterChange(context),
    ...(await restOpen(context)),
  ],
};

async function getUnchanged(context: BenchContext): Promise<ValueResult> {
  const title = 'get of an unchanged file';
  const [worker] = await context.crew.hire(1, context.target, context.newFile());
  if (!worker) throw new Error('no process was hired');
  await worker.ask({ type: 'sets', writer: 'user', count: entriesOfUser });
  const gets = { type: 'gets', key: 'user-3', count: getsPerRound } as const;
  await worker.ask(gets);
  const microseconds: number[] = [];
  await inRounds(context, title, roundsDefault, async () => {
    const { durationMs } = await worker.ask(gets);
    microseconds.push((durationMs * 1000) / getsPerRound);
  });
  await worker.leave();
  return value('get-unchanged', title, 'µs', microseconds, { below: 10 });
}

async function allAfterChange(context: BenchContext): Promise<ValueResult> {
  const title = `all of ${manyEntries} entries after another process's change`;
  const [writer, reader] = await context.crew.hire(2, context.target, context.newFile());
  if (!writer || !reader) throw new Error('no process was hired');
  await writer.ask({ type: 'sets', writer: 'many', count: manyEntries, lanes: manyEntries });
  const milliseconds: number[] = [];
  const changeAndRead = async () => {
    await writer.ask({ type: 'sets', writer: 'many', count: 1 });
    return (await reader.ask({ type: 'all' })).durationMs;
  };
  await changeAndRead();
  await inRounds(context, title, roundsDefault, async () => {
    for (let n = 0; n < allsPerRound; n++) milliseconds.push(await changeAndRead());
  });
  await Promise.all([writer.leave(), reader.leave()]);
  return value('all-after-change', title, 'ms', milliseconds, { below: 5 });
}

/** An open store that has been used: does its process end by itself, and what does it cost until then? */
async function restOpen(context: BenchContext): Promise<ValueResult[]> {
  context.signal.throwIfAborted();
  context.say(`an open store at rest: ${idleMs / 1000} s`);
  const [found, without] = await Promise.all([
    rest(context, { file: context.newFile(), target: context.target, idleMs }),
    rest(context, { file: context.newFile(), idleMs }),
  ]);
  const title = 'an open store at rest';
  const cpu = value('idle-cpu', `${title}: processor time in ${idleMs / 1000} s`, 'ms', [found.cpuMs], {
    below: 5,
  });
  return [
    value('idle-handles', `${title}: what keeps its process alive`, '', [found.handles], { below: 1 }),
    { ...cpu, beside: { name: 'no store', value: without.cpuMs } },
  ];
}

async function rest({ crew }: BenchContext, config: IdleConfig): Promise<{ handles: number; cpuMs: number }> {
  const child = crew.spawn(idleProgram, [JSON.stringify(config)]);
  if (!child.stdout) throw new Error('the process at rest has no output');
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const told = output.split('\n').find((line) => line.startsWith('{"keptAliveBy":'));
  if (told === undefined) throw new Error(`the process at rest ended with ${exitCode} and printed no result`);
  const found = JSON.parse(told) as IdleFound;
  // The guard ended it, whatever Node says of what it knows.
  return { handles: Math.max(found.keptAliveBy.length, exitCode === 0 ? 0 : 1), cpuMs: found.cpuMs };
}
