import { describe, expect, it, vi } from 'vitest';
import type { ExploreOptions } from './explore.js';
import { explore, fixture } from './explore.test.helper.js';

// Each execution starts real processes, which a loaded machine keeps waiting.
vi.setConfig({ testTimeout: 600_000 });

describe('what a search has to choose is found with the choice, and not without', () => {
  it.each<[string, string, ExploreOptions, ExploreOptions]>([
    ['trusts-the-umask', 'loose-mode', {}, { modes: true }],
    ['keeps-the-first', 'lost-update', { preemptions: 1 }, { preemptions: 1, sameKey: true }],
    [
      'recovers-badly',
      'torn-file',
      { crash: 1, clients: ['all', 'set'] },
      { crash: 2, clients: ['all', 'set'] },
    ],
  ])('%s: %s', async (way, kind, without, having) => {
    const options = {
      target: `${fixture('blind.mjs')}?way=${way}`,
      strategy: 'dfs',
      preemptions: 0,
    } as const;
    const onWarning = () => {};
    const kindsOf = async (more: ExploreOptions) =>
      (await explore({ ...options, onWarning, ...more })).failures.map((failure) => failure.kind);
    expect(await kindsOf(without)).toEqual([]);
    expect((await kindsOf(having))[0]).toBe(kind);
  });
});

it('the hardened store makes no file that other users may open, whatever its umask', async () => {
  const options = { clients: ['set a', 'remove a'], strategy: 'dfs', preemptions: 0, modes: true } as const;
  const { failures, result, exhausted } = await explore({ target: 'hardened', ...options });
  expect(failures.map(({ sentence }) => sentence)).toEqual([]);
  expect({ result, exhausted }).toEqual({ result: 'valid', exhausted: true });
});
