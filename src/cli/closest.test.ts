import { expect, it } from 'vitest';
import { closest } from './closest.js';

it('a suggestion is made only for a similar name', () => {
  expect(closest('naiv', ['naive', 'textbook'])).toBe(' (did you mean "naive"?)');
  expect(closest('something', ['naive', 'textbook'])).toBe('');
  expect(closest('something', [])).toBe('');
});
