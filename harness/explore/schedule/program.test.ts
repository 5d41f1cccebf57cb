import { describe, expect, it } from 'vitest';
import { explore } from '../explore.test.helper.js';
import { parseProgram, warningFor } from './program.js';

describe('a program in which no two clients write', () => {
  it.each([
    ['set a | get b', 'Only client A writes, '],
    ['all | remove a, set b', 'Only client B writes, '],
    ['get a | look', 'No client writes, '],
    ['set a', 'Only client A writes, '],
    ['set a | remove b', undefined],
    ['set | set', undefined],
  ])('the warning for %s is: %s', (text, words) => {
    const warning = warningFor(parseProgram(text));
    expect(warning).toEqual(words === undefined ? undefined : expect.stringContaining(words));
  });

  it('a program with one writer is searched with a warning', async () => {
    const warnings: string[] = [];
    const options = { clients: ['set a', 'get b'], schedules: 1 };
    const onWarning = (sentence: string) => void warnings.push(sentence);
    const { warning } = await explore({ target: 'rename-only', ...options, onWarning });
    expect(warnings).toEqual([expect.stringContaining('Only client A writes')]);
    expect(warning).toBe(warnings[0]);
  });
});
