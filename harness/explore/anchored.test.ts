import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import {
  confirmBare,
  explore,
  fixture,
  follow,
  needsStrace,
  optionsFor,
  poolFor,
  replaySchedule,
  searchSimulated,
} from './explore.test.helper.js';

const anchored = fixture('anchored.mjs');

describe('a store that reaches its files from open directories', () => {
  it('the store is stopped before every call, and each call has the path that its descriptor stands for', async () => {
    const pool = await poolFor('anchored.mjs');
    const done = follow(pool, optionsFor('set a'), [], false);
    expect(done?.ending).toBe('done');
    const calls = done?.steps.map(({ call, path, to, end }) =>
      [call?.call, path, to, call?.flags, end?.errno]
        .filter((word) => word !== undefined)
        .join(' ')
        .replaceAll('data/opencode', 'D'),
    );
    expect(calls).toEqual([
      ...['open D rdn', 'mkdir D/auth.json.intents', 'open D/auth.json.intents rdn'],
      ...[
        'mkdir D/auth.json.intents/i-1001-0',
        'open D/auth.json.intents/i-1001-0 rdn',
        'readdir D/auth.json.intents',
      ],
      ...['open D/auth.json rn', 'fstat D/auth.json', 'read D/auth.json', 'close D/auth.json'],
      ...['open D/auth.json.intents/i-1001-0/new wcxn', 'fchmod D/auth.json.intents/i-1001-0/new'],
      ...['write D/auth.json.intents/i-1001-0/new', 'fsync D/auth.json.intents/i-1001-0/new'],
      'close D/auth.json.intents/i-1001-0/new',
      'rename D/auth.json.intents/i-1001-0/new D/auth.json',
      'rmdir D/auth.json.intents/i-1001-0',
      ...['close D/auth.json.intents/i-1001-0', 'close D/auth.json.intents', 'close D'],
    ]);
  });

  it('the store loses nothing in any order of its calls', async () => {
    const found = await searchSimulated({ target: anchored, preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
  });

  eachInTiers([0, 1])(
    'strace sees no call of it that was not stopped, in a search to %i preemptions',
    async (preemptions) => {
      const { result, exhausted, audited, reason } = await explore({ target: anchored, preemptions });
      expect({ result, exhausted, reason }).toEqual({ result: 'valid', exhausted: true, reason: undefined });
      needsStrace();
      expect(audited).toBe(true);
    },
  );

  it('the store may be killed or robbed of its lock at any call', long, async () => {
    const options = { target: anchored, preemptions: 0, stopAtFirst: false } as const;
    for (const faults of [{ crash: true }, { steal: true }])
      expect(await explore({ ...options, ...faults })).toMatchObject({ result: 'valid', exhausted: true });
  });

  it('the store with a planted mistake loses an update in simulation, told by plain names', async () => {
    const { failures } = await searchSimulated({ target: `${anchored}?way=naive`, preemptions: 1 });
    const [failure] = failures;
    expect(failure?.kind).toBe('lost-update');
    expect(JSON.stringify(failure)).toContain('data/opencode/auth.json');
    expect(JSON.stringify(failure)).not.toContain('/proc/');
  });

  it.each([
    ['naive', 'open auth.json to read'],
    ['checks-the-name', 'stat i-'],
  ])(
    'the store with a planted mistake loses an update, told by plain names: %s',
    long,
    async (way, words) => {
      const { failures } = await explore({ target: `${anchored}?way=${way}`, preemptions: 1 });
      const [failure] = failures;
      expect(failure).toMatchObject({ kind: 'lost-update', replayed: { same: 2, of: 2 } });
      const told = failure?.rows.map(({ text }) => text).join('\n');
      expect(told).toContain(words);
      expect(told).not.toContain('/proc/');
      expect(failure?.calls.join('\n')).not.toContain('/proc/');
      const file = JSON.parse(JSON.stringify(failure));
      expect(await replaySchedule(file)).toMatchObject({ result: 'invalid', same: 2, of: 2 });
    },
  );

  it('the reduced search finds all outcomes in fewer executions', long, async () => {
    const options = {
      target: `${anchored}?way=naive`,
      clients: ['set a', 'get a'],
      stopAtFirst: false,
      preemptions: 2,
    };
    const whole = await explore({ ...options, strategy: 'dfs', prune: false });
    const reduced = await explore({ ...options, strategy: 'dpor' });
    expect(whole.exhausted).toBe(true);
    expect(reduced).toMatchObject({ exhausted: true, outcomes: whole.outcomes, result: whole.result });
    expect(reduced.executions).toBeLessThan(whole.executions / 4);
  });

  it('a store that asks which descriptors are open gets the same answer each time', async () => {
    const pool = await poolFor('anchored.mjs?way=asks');
    const runs = [1, 2, 3].map(() => follow(pool, optionsFor('set a | set b'), [], false));
    expect(runs.map((run) => run?.ending)).toEqual(['done', 'done', 'done']);
    const answers = runs.map((run) => run?.steps.map(({ call, path, end }) => [call?.call, path, end]));
    expect(answers[0]?.filter(([call]) => call === 'readlink')).toHaveLength(2);
    expect(answers.slice(1)).toEqual([answers[0], answers[0]]);
  });

  it('a search of a store that asks which descriptors are open is valid', long, async () => {
    const { result, reason } = await explore({
      target: `${anchored}?way=asks`,
      preemptions: 1,
      schedules: 12,
    });
    expect({ result, reason }).toMatchObject({ result: 'valid', reason: undefined });
  });
});

it(
  'the confirmation on bare processes finds the one late call of a store that uses open directories',
  long,
  async () => {
    const { failures } = await explore({ target: `${anchored}?way=naive` });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(await confirmBare(failure, undefined, 'preload')).toMatch(/: lost in 3 of 3 runs\.$/);
  },
);
