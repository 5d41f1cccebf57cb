import { expect, it } from 'vitest';
import { withoutQuote } from './words.js';

const parsed = (text: string) => {
  try {
    JSON.parse(text);
    return 'JSON';
  } catch (error) {
    return withoutQuote(String(error));
  }
};

it.each([
  ['', 'SyntaxError at the end of what was read'],
  ['{"key": "sk-made-', 'SyntaxError at position 17'],
  ['{"key": 1, sk-made-up}', 'SyntaxError at position 11'],
  ['sk-made-up', 'SyntaxError'],
  ['{"key":\nsk-made-up at position 7', 'SyntaxError'],
])('a parse error of %j is reduced to its position', (text, expected) => {
  expect(parsed(text)).toBe(expected);
});

it('an error of another kind stays as it is', () => {
  expect(withoutQuote('Error: busy at position 7')).toBe('Error: busy at position 7');
});
