import { describe, expect, it } from 'vitest';
import { explore } from '../explore.test.helper.js';
import { expectTwoWriters } from '../plan.js';
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

  it('a program with one writer is refused, with what was expected and what to do', async () => {
    const refused = explore({ target: 'naive', clients: ['set a', 'get b'], oneWriter: false });
    await expect(refused).rejects.toThrow(
      'no two clients write in "set a | get b", so no update can be lost; expected two that do, like "set a | set b"; give --one-writer',
    );
  });

  it.each([
    { crash: true },
    { errno: true },
    { modes: true },
    { idle: true },
    { damage: 1 },
    { oneWriter: true },
  ])('one writer is enough where something else is searched for: %j', (options) => {
    expect(() => expectTwoWriters(options, parseProgram('set a | get b'))).not.toThrow();
    expect(() => expectTwoWriters({}, parseProgram('set a | get b'))).toThrow('no two clients write');
    expect(() => expectTwoWriters({}, parseProgram('set a | look'))).not.toThrow();
  });

  it('a program with one writer is searched with a warning, where that is asked for', async () => {
    const warnings: string[] = [];
    const options = { clients: ['set a', 'get b'], schedules: 1, oneWriter: true, executor: 'sim' } as const;
    const onWarning = (sentence: string) => void warnings.push(sentence);
    const { warning } = await explore({ target: 'rename-only', ...options, onWarning });
    expect(warnings).toEqual([expect.stringContaining('Only client A writes')]);
    expect(warning).toBe(warnings[0]);
  });
});
