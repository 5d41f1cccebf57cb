import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { ExploreOptions } from '../explore.js';
import { explore } from '../explore.test.helper.js';
import { parseProgram, warningFor } from './program.js';

// Each execution starts real processes, which a loaded machine keeps waiting.
vi.setConfig({ testTimeout: 600_000 });

describe('a program in which no two clients write', () => {
  it.each([
    ['set a | get b', 'Only client A writes, '],
    ['all | remove a, set b', 'Only client B writes, '],
    ['get a | look', 'No client writes, '],
    ['set a', 'Only client A writes, '],
    ['set a | remove b', undefined],
    ['set | set', undefined],
  ])('%s: %s', (text, words) => {
    const warning = warningFor(parseProgram(text));
    expect(warning).toEqual(words === undefined ? undefined : expect.stringContaining(words));
  });

  it('is searched with a warning', async () => {
    const warnings: string[] = [];
    const options = { clients: ['set a', 'get b'], schedules: 1 };
    const onWarning = (sentence: string) => void warnings.push(sentence);
    const { warning } = await explore({ target: 'rename-only', ...options, onWarning });
    expect(warnings).toEqual([expect.stringContaining('Only client A writes')]);
    expect(warning).toBe(warnings[0]);
  });
});

describe("README's test", () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, literal = ''] = /await explore\((\{.*\})\);/.exec(readme) ?? [];
  const options = new Function(`return ${literal}`)() as ExploreOptions;

  it.each(['naive', 'rename-only'])('is red for a store that loses updates: %s', async (target) => {
    const { failures, warning } = await explore({ ...options, target });
    expect(failures.length).toBeGreaterThan(0);
    expect(warning).toBeUndefined();
  });

  it('is green for the hardened store', async () => {
    const { failures, exhausted } = await explore({ ...options, target: 'hardened' });
    expect(failures.map(({ sentence }) => sentence)).toEqual([]);
    expect(exhausted).toBe(true);
  }, 600_000);
});
