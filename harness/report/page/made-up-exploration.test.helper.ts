import type { StepRow } from '../../explore/evidence/explain.js';
import type { Exploration, ExploredFailure } from '../../explore/evidence/exploration.js';
import { hostileKey } from './made-up.test.helper.js';

const calls: readonly (readonly [client: number, text: string, file?: string])[] = [
  [0, `open ${hostileKey} to read`],
  [0, 'read auth.json -> {anthropic}'],
  [0, 'close auth.json'],
  [1, 'open auth.json to read'],
  [1, 'read auth.json -> {anthropic}'],
  [1, 'write auth.json -> {anthropic, k1}', 'v2 {anthropic, k1}'],
  [1, 'close auth.json'],
  [0, 'write auth.json -> {anthropic, k0}', 'v3 {anthropic, k0} (without k1)'],
  [0, 'close auth.json'],
];

/** A search that has found one lost update: A writes what it made from a copy of before B's write. */
export function madeUpExploration(): Exploration {
  const rows = calls.map(
    ([client, text, file = ''], at): StepRow => ({ step: at + 1, client, text, file, site: 'store.ts:21' }),
  );
  const stepOf = (step: number) => {
    const { client = 0, text = '' } = rows[step - 1] ?? {};
    return { step, client, text, site: 'store.ts:21' };
  };
  const failure: ExploredFailure = {
    schema: 1,
    id: 'naive-00000000',
    target: 'naive',
    program: 'set k0 | set k1',
    faults: { kills: 0, pauses: 0, errnos: 0, waits: 0 },
    seed: 1,
    schedule: '0x3 1x4 0x2',
    kind: 'lost-update',
    sentence: 'B.0.0 set "k1" (acknowledged at T7) and it was gone by T8',
    calls: [],
    guarantee: 'G2',
    found: { execution: 1, afterMs: 1, program: 'set k0 | set k1', schedule: '0x3 1x4 0x2', steps: 9 },
    rows,
    pair: { early: stepOf(5), late: stepOf(8) },
    eraser: 'v2 -> v3 by A removed k1, based on v1',
    replayed: { same: 2, of: 2 },
  };
  return {
    schema: 1,
    result: 'invalid',
    target: 'naive',
    executor: 'process',
    program: 'set k0 | set k1',
    strategy: 'dpor',
    seed: 1,
    faults: { kills: 0, pauses: 0, errnos: 0, waits: 0 },
    failed: 1,
    executions: 6,
    abandoned: 0,
    steps: 54,
    stepsMax: 9,
    exhausted: false,
    bound: 'all interleavings',
    audited: true,
    outcomes: 2,
    longestWait: { ms: 0, schedule: '' },
    durationMs: 2000,
    executionsPerSecond: 3,
    failures: [failure],
  };
}
