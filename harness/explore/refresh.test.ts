import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ScheduleFile } from './evidence/exploration.js';
import { explore, fixture, replaySchedule } from './explore.test.helper.js';

const lateSweep: ScheduleFile = JSON.parse(readFileSync(fixture('late-sweep.json'), 'utf8'));

describe('a refresh is an action like any other', () => {
  it('each of two processes presents the same token where the store has nothing against it', async () => {
    const { failures } = await explore({ target: 'rename-only', clients: ['refresh', 'refresh'] });
    expect(failures).toMatchObject([
      {
        ...{ kind: 'token-reused', guarantee: 'G10', replayed: { same: 2, of: 2 } },
        sentence: expect.stringMatching(
          /^[AB]\.0\.0 presented the refresh token of seed\.oauth\.0 .* was refused$/,
        ),
      },
    ]);
  });

  it('one of two asks, in the hardened store, whoever comes first', async () => {
    const clients = ['refresh', 'refresh'];
    const { failures, executions } = await explore({ clients, strategy: 'random', schedules: 3 });
    expect([executions, failures]).toEqual([3, []]);
  }, 3_600_000);
});

describe('a sweep that comes late', () => {
  it('lets two living processes present the same token, where it removes the claims on later versions', async () => {
    const again = await replaySchedule(lateSweep);
    expect(again).toMatchObject({ result: 'invalid', kind: 'token-reused', same: 2, of: 2 });
    expect(again.sentence).toBe(lateSweep.sentence);
  });

  it('does not in the hardened store', async () => {
    expect(await replaySchedule(lateSweep, { target: 'hardened' })).toMatchObject({ result: 'valid' });
  });
});
