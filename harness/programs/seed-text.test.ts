import { expect, it } from 'vitest';
import { hasLineOfEntry, seedText } from './seed-text.js';

const words = { file: '/home/x/f.ini', home: '/home/x', dir: '/home/me' };
const seed = '# {file}\n{key} = "{value}"\nend {key}';

it('the line with a key and a value is repeated for each entry, and other lines are filled in once', () => {
  const text = seedText(seed, words, [
    ['a', '1'],
    ['b', '{key}'],
  ]);
  expect(text).toBe('# /home/x/f.ini\na = "1"\nb = "{key}"\nend {key}');
});

it('a text without such a line holds no entry', () => {
  expect(hasLineOfEntry(seed)).toBe(true);
  expect(hasLineOfEntry('{key}\n{value}')).toBe(false);
  expect(hasLineOfEntry(undefined)).toBe(false);
  expect(seedText('{}\n', words, [['a', '1']])).toBe('{}\n');
});
