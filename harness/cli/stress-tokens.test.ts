import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { counts, fixture, holdfast, holdfastWarm, newDirectory, stress } from './command.test.helper.js';

it('the control of a run of tokens finds a resurrected token', long, async () => {
  const flags = ['--scenario', 'token-revocation', '--duration', '6s', '--json'];
  const { exitCode, stdout } = await holdfast(['stress', ...flags]);
  const { controls } = JSON.parse(stdout);
  expect(controls).toMatchObject([{ target: 'rename-only', mustFind: 'resurrected', found: true }]);
  expect(exitCode).toBe(0);
});

// A race is a matter of chance: only a bug that stays unfound, run after run, says that the harness can't see it.
describe('tokens with a planted bug', { retry: 2 }, () => {
  const planted: [target: string, scenario: string, count: 'lost' | 'stale' | 'resurrected', what: string][] =
    [
      ['rename-only', 'token-create-delete-churn', 'resurrected', 'a deleted token is written back'],
      ['rename-only', 'token-revocation', 'lost', 'a token that was handed out is refused'],
      ['naive', 'token-file-corrupt', 'lost', 'a damaged file is wiped'],
      ['naive', 'token-kill-9', 'lost', 'a file that was half written is wiped'],
      [fixture('tokens-ttl-cache.mjs'), 'token-revocation', 'stale', 'a cache forgets too late'],
      [fixture('tokens-watch-cache.mjs'), 'token-revocation', 'stale', 'a watch reports too late'],
      [fixture('tokens-lazy-delete.mjs'), 'token-kill-9', 'resurrected', 'a deletion is not durable'],
      [fixture('tokens-old-backup.mjs'), 'token-file-corrupt', 'stale', 'a backup restores a deleted token'],
    ];
  eachInTiers(planted)('%s in %s is caught: %s tokens, as %s', async (target, scenario, count) => {
    const few = ['--operations', '40', '--clients', 'issuer=3,verifier=1'];
    const more = scenario === 'token-create-delete-churn' ? few : ['--operations', '400'];
    const { exitCode, report } = await stress(target, scenario, '--duration', '3s', ...more);
    expect(counts(report)?.[count]).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });

  it('the report names the deletion and the server that accepted the token afterwards', long, async () => {
    const { report } = await stress(fixture('tokens-ttl-cache.mjs'), 'token-revocation', '--duration', '3s');
    const sentences = report?.scenarios[0]?.violations.map(({ sentence }) => sentence);
    const told = expect.stringMatching(
      /^issuer-\d\.0\.\d+ removed "issuer-\d\.0-token-\d+" \(acknowledged at .* but verifier-\d\.0\.\d+, which began at .* still found/,
    );
    expect(sentences).toContainEqual(told);
  });
});

describe('scenarios of tokens and of credentials', () => {
  it.each([
    [['--target', 'textbook', '--scenario', 'token-revocation'], 'has no function "openTokens"'],
    [['--target', fixture('tokens-ttl-cache.mjs'), '--scenario', 'kill-9'], 'has no function "open"'],
    [['--clients', 'tui=2', '--scenario', 'token-revocation'], 'it is about tokens, and the clients are not'],
    [['--clients', 'issuer=2', '--scenario', 'kill-9'], 'it is about credentials, and the clients are not'],
    [['--clients', 'issuer=1,tui=1'], 'tui has nothing to do with tokens; expected issuer, verifier'],
  ])('a mix of tokens and credentials is refused: %j', async (args, message) => {
    const { exitCode, stderr } = await holdfastWarm(['stress', '--no-controls', ...args]);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });

  // Its short twin is in harness/stress/plan/options.test.ts.
  it(
    'a scenario that does not fit, or whose program is not here, and that was not named is left out with its reason',
    long,
    async () => {
      const picked = ['--target', 'textbook', '--grep', 'two-terminals|token-revocation|mixed-opencode'];
      const few = ['--no-controls', '--duration', '2s', '--operations', '20', '--json'];
      const { stdout } = await holdfastWarm(['stress', ...picked, ...few], { env: { PATH: newDirectory() } });
      expect(JSON.parse(stdout).leftOut).toEqual(
        expect.arrayContaining([
          'token-revocation: "textbook" is not known to have tokens',
          'mixed-opencode: opencode is not on the PATH',
        ]),
      );
    },
  );
});
