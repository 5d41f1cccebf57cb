import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { toRun } from '../core/run.js';
import type { Finding } from '../core/verdict.js';
import { attemptsFor } from './explain-loss.js';
import type { ExploredFailure } from './exploration.js';
import { explore } from './explore.test.helper.js';
import { toRegressionTest } from './regression-test.js';

const header = { type: 'run', version: 1, scenario: 's', target: 't', seed: 1, atLeast: {} } as const;
const operation = (op: string, client: string, key: string, time: number): HistoryEvent[] => [
  { type: 'invoke', time, op, client, process: 1, action: 'set', key },
  { type: 'ok', time: time + 10, op },
];
const loss: Finding = {
  ...{
    guarantee: 'G2',
    kind: 'lost-update',
    sentence: 'a is gone',
    key: 'a',
    operations: ['x.1', 'y.1'],
    from: 100,
    to: 120,
  },
};

describe('what is searched for a loss that stress has found', () => {
  const before = [
    ...operation('x.0', 'x', 'early', 1),
    ...operation('x.1', 'x', 'a', 100),
    ...operation('y.1', 'y', 'b', 101),
  ];

  it('is first what the two clients did that it is about, then what else was under way', () => {
    const run = toRun([header, ...before, ...operation('z.1', 'z', 'c', 105)]);
    expect(attemptsFor(run, loss)).toEqual([
      { clients: ['set a', 'set b'] },
      { clients: ['set a', 'set b', 'set c'] },
    ]);
  });

  it('and then the same with the faults that the run had', () => {
    const pause = { type: 'fault', time: 90, fault: 'pause', phase: 'begin' } as const;
    const attempts = attemptsFor(toRun([header, ...before, pause]), loss);
    expect(attempts.at(-1)).toEqual({ clients: ['set a', 'set b'], steal: true, preemptions: 1 });
  });

  it('is nothing where one client alone is concerned', () => {
    expect(attemptsFor(toRun([header, ...operation('x.1', 'x', 'a', 100)]), loss)).toEqual([]);
  });
});

describe('the test that is written', () => {
  const project = fileURLToPath(new URL('../../', import.meta.url));
  const run = async (failure: ExploredFailure) => {
    // Where the package is known by its name.
    mkdirSync(path.join(project, 'reports'), { recursive: true });
    const directory = mkdtempSync(path.join(project, 'reports', 'regression-'));
    writeFileSync(path.join(directory, 'found.test.ts'), toRegressionTest(failure));
    // Its own, or Vitest would take this project's.
    writeFileSync(path.join(directory, 'vitest.config.mjs'), 'export default {};\n');
    const vitest = path.join(project, 'node_modules', 'vitest', 'vitest.mjs');
    const ended = await execa(process.execPath, [vitest, 'run', '--root', directory], {
      reject: false,
      all: true,
    });
    rmSync(directory, { recursive: true });
    return ended;
  };

  it('fails for the store that the schedule was found in, and passes for one that is mended', async () => {
    const { failures } = await explore({ target: 'rename-only' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    const red = await run(failure);
    expect([red.exitCode, red.all]).toEqual([1, expect.stringContaining('lost-update')]);
    const green = await run({ ...failure, target: 'hardened' });
    expect(green.exitCode).toBe(0);
  });
});
