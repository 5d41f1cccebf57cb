import { transformSync } from 'esbuild';
import { expect, it } from 'vitest';
import type { ExploredFailure } from '../evidence/exploration.js';
import { toRegressionTest } from './regression-test.js';
import { scheduleOf } from './schedule-files.js';

const failure = {
  ...{ schema: 1, id: 'mine-00000000', target: './my "store".mjs', program: 'set k0 | set k1', seed: 1 },
  ...{ faults: { kills: 0, waits: 0, pauses: 0, errnos: 0 }, schedule: '0x6 1x7', kind: 'lost-update' },
  ...{ sentence: 'it was lost */ process.exit() /*', calls: ['A open a', 'B rename `b`'] },
} as unknown as ExploredFailure;

/** What the test does, with `replaySchedule` and Vitest as they are given. */
function run(text: string, replayed: object) {
  const { code } = transformSync(text, { loader: 'ts' });
  const body = code.replaceAll(/^import .*$/gm, '');
  const tests: [title: string, test: () => Promise<void>][] = [];
  const asked: unknown[] = [];
  const it = (title: string, test: () => Promise<void>) => tests.push([title, test]);
  const replaySchedule = async (...args: unknown[]) => {
    asked.push(...args);
    return replayed;
  };
  new Function('it', 'expect', 'replaySchedule', body)(it, expect, replaySchedule);
  return { tests, asked };
}

it('the test that is written for a failure replays its schedule as far as the calls of the store allow', async () => {
  const { tests, asked } = run(toRegressionTest(failure), {});
  expect(tests.map(([title]) => title)).toEqual(['set k0 | set k1 (0x6 1x7) breaks no guarantee']);
  await tests[0]?.[1]();
  expect(asked).toEqual([JSON.parse(JSON.stringify(scheduleOf(failure))), { lenient: true }]);
});

it('the test that is written for a failure fails as long as the schedule does', async () => {
  const { tests } = run(toRegressionTest(failure), { kind: 'lost-update', sentence: 'it was lost' });
  await expect(tests[0]?.[1]()).rejects.toThrow('lost-update');
});

it('the test that is written for a failure imports what users can import', () => {
  const modules = [...toRegressionTest(failure).matchAll(/^import .* from '(.*)';$/gm)].map(
    ([, name]) => name,
  );
  expect(modules).toEqual(['holdfast/harness', 'vitest']);
});
