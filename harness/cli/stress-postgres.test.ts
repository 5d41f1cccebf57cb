import { describe, expect, it } from 'vitest';
import { lacksPostgres } from '../../src/postgres/server.test.helper.js';
import { long } from '../../src/tiers.test.helper.js';
import { counts, holdfast, stress } from './command.test.helper.js';
import { refreshKilledSlowly } from './refresh-killed.test.helper.js';

// Their short twins are src/postgres/receipts.test.ts and src/postgres/tokens.test.ts.
describe.skipIf(lacksPostgres())('the store on PostgreSQL, under stress', long, () => {
  it('no guarantee is violated while the server is killed and stopped, and clients are killed', async () => {
    const { exitCode, report } = await stress('postgres', 'server-faults', '--duration', '30s');
    expect([report?.result, exitCode]).toEqual(['valid', 0]);
    expect(counts(report)?.memberKills).toBeGreaterThan(0);
  });

  it('no guarantee is violated where refreshes are cut off half-way', async () => {
    const { exitCode, report } = await stress('postgres', refreshKilledSlowly(), '--duration', '20s');
    expect([report?.scenarios[0]?.checks.coverage, exitCode]).toMatchObject([{ result: 'valid' }, 0]);
  });

  // Whether a late request meets a newer write is a matter of chance.
  it('the same run finds a store that asks again without receipts', { retry: 2 }, async () => {
    const bug = 'postgres?receipts=off&late=10';
    const { exitCode, report } = await stress(bug, 'server-faults', '--duration', '25s');
    expect(counts(report)?.lost).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });

  it('no deleted token is accepted while the server is killed and stopped, and the control finds deletions that wait for nobody', async () => {
    const flags = ['--target', 'postgres', '--scenario', 'server-tokens', '--duration', '60s', '--json'];
    const { exitCode, stdout } = await holdfast(['stress', ...flags]);
    const { result, controls } = JSON.parse(stdout);
    expect(controls).toContainEqual(
      expect.objectContaining({
        target: expect.stringContaining('deletes=early'),
        found: true,
      }),
    );
    expect([result, exitCode]).toEqual(['valid', 0]);
  });
});
