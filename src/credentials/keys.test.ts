import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../store/scratch.test.helper.js';
import { newKey, normalizeKey, trimSlashes } from './keys.js';

describe('the name of a new entry', () => {
  it.each(['a\nb', 'a\n', '\u0000', 'a\u001b[2J', 'a\u009b'])(
    'has no control character, as %j has: no provider would find it',
    async (key) => {
      expect(await failureOf(() => newKey(key))).toMatchObject({ code: 'E_INPUT', definite: true });
      // What is there already can be removed.
      expect(normalizeKey(key)).toBe(key);
    },
  );

  it('may have any other', () => {
    expect(newKey('https://x é ü/')).toBe('https://x é ü');
  });
});

describe('the name under which a credential is stored', () => {
  it.each([
    ['anthropic', 'anthropic'],
    ['https://x/', 'https://x'],
    ['https://x//', 'https://x'],
    ['https://x/y/', 'https://x/y'],
    ['/x', '/x'],
    ['a//b', 'a//b'],
    [' /', ' '],
    ['__proto__/', '__proto__'],
  ])('of %j is %j', (key, name) => {
    expect(normalizeKey(key)).toBe(name);
  });

  it.each(['', '/', '///'])('can not be made of %j', async (key) => {
    expect(await failureOf(() => normalizeKey(key))).toMatchObject({ code: 'E_INPUT', definite: true });
  });

  it('is the agent’s, for every key', () => {
    const key = fc.string({ unit: fc.constantFrom('/', 'a', ':', '\n') });
    fc.assert(
      fc.property(key, (key) => {
        expect(trimSlashes(key)).toBe(key.replace(/\/+$/, ''));
      }),
    );
  });
});
