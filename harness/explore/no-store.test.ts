import { describe, expect, it } from 'vitest';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, needsStrace, searchSimulated } from './explore.test.helper.js';

describe('a program that is no store', () => {
  const misbehaving = (way: string, more: ExploreOptions = {}) =>
    explore({ target: fixture('misbehaves.mjs'), clients: [`get ${way}`], ...more });

  it('a program that waits for nothing is a failure of the kind deadlock, in simulation', async () => {
    const target = fixture('misbehaves.mjs');
    const { failures } = await searchSimulated({ target, clients: ['get waits-for-nothing'] });
    expect(failures).toMatchObject([
      { kind: 'deadlock', sentence: expect.stringContaining('A waits for nothing') },
    ]);
  });

  it.each([
    ['waits-for-nothing', 'deadlock', 'A waits for nothing'],
    ['rejects-unheard', 'crashed', 'Error: nobody listens'],
    ['ends-itself', 'crashed', 'it ended itself with code 3'],
  ])('a real program that %s is a failure of the kind %s', long, async (way, kind, reason) => {
    const { result, failures } = await misbehaving(way);
    expect([result, failures[0]?.kind]).toEqual(['invalid', kind]);
    expect(failures[0]?.sentence).toContain(reason);
  });

  // execution/spin.test.ts has a livelock in less time.
  it('a program that tries for ever is a failure of the kind livelock', nightly, async () => {
    const { result, failures } = await misbehaving('tries-for-ever');
    expect([result, failures[0]?.kind]).toEqual(['invalid', 'livelock']);
    expect(failures[0]?.sentence).toContain('A waits for a timer');
  });

  eachInTiers([
    ['starts-a-process', 'uncontrolled', 'it starts another process, spawn(true)'],
    ['starts-a-thread', 'uncontrolled', 'it starts a worker thread'],
  ])('a program that %s is not explored, and its result is unknown', async (way, why, reason) => {
    const {
      result,
      cause,
      reason: told,
      failures,
    } = await explore({
      ...{
        target: fixture('misbehaves.mjs'),
        clients: [`get ${way}`, 'get a'],
        strategy: 'random',
        schedules: 4,
      },
    });
    expect([result, cause, failures]).toEqual(['unknown', why, []]);
    expect(told).toContain(reason);
  });

  eachInTiers([
    [
      'no-open.mjs',
      '',
      'the target has no function "open"; it exports close; expected: export function open(file)',
    ],
    ['no-store.mjs', '?how=throws', 'its open() failed: Error: no connection'],
    ['no-store.mjs', '?how=rejects', 'its open() failed: Error: no connection'],
    ['no-store.mjs', '?how=nothing', 'open() returned undefined, expected a store'],
    ['no-store.mjs', '?how=partial', 'open() returned a store without all, remove'],
  ])('a module that opens no store breaks no guarantee: %s%s', async (name, query, reason) => {
    const found = await explore({ target: `${fixture(name)}${query}` });
    expect([found.result, found.cause, found.failures]).toEqual(['unknown', 'uncontrolled', []]);
    expect(found.reason).toContain(reason);
  });

  it('a module that throws while it loads is a usage error', async () => {
    const target = fixture('../../stress/fixtures/throws-on-import.mjs');
    const error = await explore({ target, threads: 2 }).catch((thrown) => thrown);
    expect([error.name, error.message]).toEqual([
      'UsageError',
      expect.stringContaining('while it was loaded: Error: this module throws while it loads'),
    ]);
  });

  eachInTiers([['sim'], ['process']] as const)(
    'a store whose remove() removes nothing is inconclusive, even if it needs its file to begin with: %s',
    async (executor) => {
      const found = await explore({ target: `${fixture('no-store.mjs')}?how=keeps`, executor });
      expect(found).toMatchObject({ executor, result: 'unknown', cause: 'uncontrolled', failures: [] });
      expect(found.reason).toContain('get() returns what remove() has removed');
    },
  );

  // evidence/unconfirmed.test.ts has others in less time.
  it(
    'a program that is not deterministic and leaves a file each time is an unconfirmed failure',
    long,
    async () => {
      const { result, cause, reason, failures } = await misbehaving('is-not-deterministic');
      expect([result, cause]).toEqual(['invalid', 'nondeterministic']);
      expect(reason).toContain('led elsewhere: at step');
      expect(failures).toMatchObject([{ kind: 'leftover', unconfirmed: { isExplained: false } }]);
    },
  );

  it('a program that changes files past the gate is inconclusive, and strace names its call', async () => {
    const { result, reason, audited } = await explore({
      target: fixture('blind-spot.mjs'),
      clients: ['get a'],
    });
    expect(result).toBe('unknown');
    needsStrace();
    expect([audited, reason]).toEqual([true, expect.stringContaining('open data/opencode/native.json')]);
  });

  it('a program that never stops is ended and called stuck', async () => {
    const { failures } = await misbehaving('never-stops', { patienceMs: 700 });
    expect(failures).toMatchObject([{ kind: 'stuck', sentence: 'A does not come to a stop' }]);
  });
});
