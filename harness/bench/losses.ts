import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TargetSpec } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import { stress } from '../stress/stress.js';
import type { BenchContext } from './context.js';
import type { Worker } from './crew.js';
import type { Losses } from './result.js';
import { countMissing } from './tally.js';

const quickMs = 5000;
const pauseMs = 6000;
/** The same for all scenarios, and few: on two cores, starting processes would take up most of so short a time. */
const clients = { tui: 4 };
const killRoundMs = 1500;
const killEveryMs = 120;
const killedWriters = 4;

/** What the harness finds that a store loses, in its own scenarios, in a few seconds. */
export async function lossesInStress(
  { signal, newFile }: BenchContext,
  target: TargetSpec,
): Promise<Losses[]> {
  const run = async (scenarios: string[], durationMs: number): Promise<Losses[]> => {
    const report = await stress({
      scenarios,
      targets: [labelOf(target)],
      durationMs,
      patienceMs: 20_000,
      controls: false,
      clients,
      // One of its own: each run hangs listeners on its signal, and there are many runs.
      signal: AbortSignal.any([signal]),
      out: path.join(path.dirname(newFile()), 'run'),
    });
    return report.scenarios.map(({ scenario, counts: { acknowledged, lost, seedsLost, torn } }) => ({
      scenario,
      measuredBy: 'stress',
      acknowledged,
      lost: lost + seedsLost,
      torn,
    }));
  };
  const quick = await run(['two-terminals', 'kill-9'], quickMs);
  // A store that loses without being disturbed has nothing more to show, and this takes its time.
  return quick.some(({ lost }) => lost > 0) ? quick : [...quick, ...(await run(['pause'], pauseMs))];
}

/**
 * The same for a store whose file no other program can read: processes that set are killed at any moment and replaced, and at
 * last all are; then a fresh one must find what was acknowledged.
 */
export async function lossesUnderKills(
  { crew, newFile, signal }: BenchContext,
  target: TargetSpec,
): Promise<Losses> {
  const file = newFile();
  const acknowledged = new Map<string, ValueId>();
  let hired = 0;
  const hire = async (): Promise<Worker> => {
    const [worker] = await crew.hire(1, target, file);
    if (!worker) throw new Error('no process was hired');
    worker.onAcknowledged = (key, id) => acknowledged.set(key, id);
    const writer = `killed-${hired++}`;
    const ask = { type: 'sets', writer, count: 1e6, forMsMax: 2 * killRoundMs, answersEach: true } as const;
    // It ends by being killed, which is no error here.
    worker.ask(ask).catch(() => {});
    return worker;
  };
  const writers = await Promise.all(Array.from({ length: killedWriters }, hire));
  const started = performance.now();
  for (let turn = 0; performance.now() - started < killRoundMs; turn = (turn + 1) % killedWriters) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, killEveryMs));
    await writers[turn]?.kill();
    writers[turn] = await hire();
  }
  await Promise.all(writers.map((writer) => writer.kill()));
  const lost = await countMissing(crew, target, file, acknowledged);
  return { scenario: 'kill-9', measuredBy: 'bench', acknowledged: acknowledged.size, lost, torn: 0 };
}

/** How a user would name it: the harness takes names and paths. */
function labelOf({ label, module }: TargetSpec): string {
  const [, query] = label.split('?');
  const isNamed = /\/harness\/targets\//.test(module);
  return isNamed ? label : `${fileURLToPath(module)}${query ? `?${query}` : ''}`;
}
