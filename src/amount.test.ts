import { expect, it } from 'vitest';
import { atLeast, atMost } from './amount.test.helper.js';

it('a variable of the environment makes a test try more, and never less', () => {
  const amounts = (text?: string) => [
    atLeast(300, 'HOLDFAST_N', text === undefined ? {} : { HOLDFAST_N: text }),
    atMost(12, 'HOLDFAST_N', text === undefined ? {} : { HOLDFAST_N: text }),
  ];
  expect(amounts()).toEqual([300, 12]);
  expect(amounts('1000')).toEqual([1000, 12]);
  expect(amounts('1')).toEqual([300, 1]);
});

it.each(['', 'many', 'Infinity'])('a variable that is no number is an error: %j', (text) => {
  expect(() => atLeast(300, 'HOLDFAST_N', { HOLDFAST_N: text })).toThrow('HOLDFAST_N is');
});
