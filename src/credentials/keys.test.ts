import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../store/scratch.test.helper.js';
import { newKey, normalizeKey, trimSlashes } from './keys.js';

describe('the name of a new entry', () => {
  it.each(['a\nb', 'a\n', '\u0000', 'a\u001b[2J', 'a\u009b'])(
    'a new name with a control character is refused, and an existing one can still be removed: %j',
    async (key) => {
      expect(await failureOf(() => newKey(key))).toMatchObject({ code: 'E_INPUT', definite: true });
      // What is there already can be removed.
      expect(normalizeKey(key)).toBe(key);
    },
  );

  it('a new name may have any other character', () => {
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
  ])('the name %j is stored as %j', (key, name) => {
    expect(normalizeKey(key)).toBe(name);
  });

  it.each(['', '/', '///'])('the name %j is refused', async (key) => {
    expect(await failureOf(() => normalizeKey(key))).toMatchObject({ code: 'E_INPUT', definite: true });
  });

  it('a name is trimmed as the agent trims it', () => {
    const key = fc.string({ unit: fc.constantFrom('/', 'a', ':', '\n') });
    fc.assert(
      fc.property(key, (key) => {
        expect(trimSlashes(key)).toBe(key.replace(/\/+$/, ''));
      }),
    );
  });
});
