import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atFileEnd } from '../../../src/file-end.test.helper.js';
import { defineScenario } from '../../core/scenario.js';
import type { HistoryEvent } from '../../history/events.js';
import { Random } from '../../workload/random.js';
import { fillOptions, type StressOptions } from '../plan/options.js';
import { controlAttempts, type PlannedRun } from '../plan/plan.js';
import { writeShardFile } from './shard-file.js';

/** What no process has played: runs whose histories are made up from their seeds. */
export interface MadeUp {
  options?: StressOptions;
  /** Runs in which the first value is gone at the end. */
  loses?: (run: PlannedRun) => boolean;
  /** Runs that are not in the history. */
  skips?: (run: PlannedRun) => boolean;
  /** The run begins with a planted bug. */
  hasControl?: boolean;
  /** Runs that have no end: there the shard was killed, and has played nothing more. */
  interrupts?: (run: PlannedRun) => boolean;
}

const scenarios = ['a', 'b', 'c'].map((name) =>
  defineScenario({ name, title: '', why: '', clients: { tui: 2 }, atLeast: { acknowledged: 5 } }),
);

/** A new directory, gone when the tests of the file are over. */
export function newPlace(): string {
  const place = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  atFileEnd(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

/** Writes what one shard would have written. @returns its directory */
export async function makeShard(
  directory: string,
  index: number,
  of: number,
  made: MadeUp = {},
): Promise<string> {
  const { options = {}, loses = () => false, skips = () => false, interrupts = () => false } = made;
  const filled = await fillOptions({
    scenarios,
    targets: ['hardened'],
    repeat: 3,
    seed: 7,
    controls: false,
    durationMs: 120_000,
    ...options,
    shard: { index, of },
  });
  const [first] = filled.runs;
  const [scenario] = scenarios;
  if (made.hasControl && first && scenario)
    filled.runs.unshift({ ...first, scenario, repetition: 1, seed: 7, mustFind: 'lost' });
  mkdirSync(directory, { recursive: true });
  writeShardFile(directory, filled, filled.runs, [], 'npx holdfast stress');
  const history = path.join(directory, 'history.jsonl');
  writeFileSync(history, '');
  for (const run of filled.runs) {
    if (skips(run)) continue;
    const isSought = run.mustFind !== undefined && !loses(run) && !interrupts(run);
    for (let attempt = 0; attempt < (isSought ? controlAttempts : 1); attempt++) {
      const events = historyOf({ ...run, seed: run.seed + attempt }, loses(run));
      const kept = interrupts(run) ? events.slice(0, -1) : events;
      appendFileSync(history, kept.map((event) => `${JSON.stringify(event)}\n`).join(''));
    }
    if (!interrupts(run)) continue;
    appendFileSync(history, '{"type":"inv');
    break;
  }
  return directory;
}

/** All shards of one run, in directories that are named after them. */
export function makeShards(of: number, made: MadeUp = {}): Promise<string[]> {
  const place = newPlace();
  return Promise.all(
    Array.from({ length: of }, (_, n) => makeShard(path.join(place, `shard-${n + 1}`), n + 1, of, made)),
  );
}

function historyOf(
  { scenario, target, repetition, seed, mustFind }: PlannedRun,
  isLost: boolean,
): HistoryEvent[] {
  const random = new Random(seed, scenario.name);
  const entries: Record<string, string> = {};
  const events: HistoryEvent[] = [
    {
      type: 'run',
      version: 1,
      scenario: scenario.name,
      target: target.label,
      seed,
      atLeast: scenario.atLeast,
      ...(repetition > 1 ? { repetition } : {}),
      ...(mustFind === undefined ? {} : { mustFind }),
    } as HistoryEvent,
    { type: 'start', time: 0, client: 'tui-1', process: 1, access: 'file' },
  ];
  let time = 0;
  for (let n = 0; n < 20; n++) {
    const op = `tui-1.0.${n}`;
    events.push({
      type: 'invoke',
      time: ++time,
      op,
      client: 'tui-1',
      process: 1,
      action: 'set',
      key: `k${n}`,
    });
    time += random.int(1, 1000) ** 2;
    events.push({ type: 'ok', time, op });
    entries[`k${n}`] = op;
  }
  if (isLost) delete entries.k0;
  return [...events, { type: 'final', time: time + 1, broken: null, entries, leftovers: [] }];
}
