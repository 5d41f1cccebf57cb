import { describe, expect, it } from 'vitest';
import { explore } from './explore.test.helper.js';

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
