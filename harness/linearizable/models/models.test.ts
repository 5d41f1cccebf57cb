import { describe, expect, test } from 'vitest';
import { type AnyCall, type AnyModel, kinds } from '../histories.test.helper.js';
import { checkLinearizable } from '../index.js';
import { credentialsFrom } from './credentials.js';
import { lease } from './lease.js';
import { tokens } from './tokens.js';

/** `[begin, end, input, output]`; without an output nobody was told, and without an end it may still happen. */
type Draft = [begin: number, end: number | null, input: unknown, output?: unknown];

function verdictOf(model: AnyModel, drafts: readonly Draft[]): string {
  const calls = drafts.map(([begin, end, input, output], at): AnyCall => {
    const happened = output === undefined ? 'maybe' : 'yes';
    return {
      id: `${at}`,
      process: `${at}`,
      input,
      output,
      begin,
      end: end ?? Number.POSITIVE_INFINITY,
      happened,
    };
  });
  return checkLinearizable(model, calls).verdict;
}

const token = (action: 'create' | 'delete' | 'verify') => ({ action, id: 't' });
const by = (holder: string, action: 'acquire' | 'release') => ({ action, lease: 'l', holder });

describe('tokens', () => {
  test.each<[rule: string, verdict: string, drafts: Draft[]]>([
    [
      'a token is good from creation to deletion',
      'valid',
      [
        [0, 1, token('create'), true],
        [2, 3, token('verify'), true],
        [4, 5, token('delete'), true],
        [6, 7, token('verify'), false],
      ],
    ],
    [
      'no token is accepted once its deletion was acknowledged',
      'invalid',
      [
        [0, 1, token('create'), true],
        [2, 3, token('delete'), true],
        [4, 5, token('verify'), true],
      ],
    ],
    [
      'both answers are right while the deletion is under way',
      'valid',
      [
        [0, 1, token('create'), true],
        [2, 9, token('delete'), true],
        [3, 4, token('verify'), true],
        [5, 6, token('verify'), false],
      ],
    ],
    [
      'a token that was refused during its deletion is not accepted again',
      'invalid',
      [
        [0, 1, token('create'), true],
        [2, 9, token('delete'), true],
        [3, 4, token('verify'), false],
        [5, 6, token('verify'), true],
      ],
    ],
    [
      'no token is refused once its creation was acknowledged',
      'invalid',
      [
        [0, 1, token('create'), true],
        [2, 3, token('verify'), false],
      ],
    ],
    ['no token is accepted that was never created', 'invalid', [[0, 1, token('verify'), true]]],
    [
      'a creation that died may have happened',
      'valid',
      [
        [0, 5, token('create')],
        [6, 7, token('verify'), true],
      ],
    ],
    [
      'a creation that died happened by the end of its process, or never',
      'invalid',
      [
        [0, 5, token('create')],
        [6, 7, token('verify'), false],
        [8, 9, token('verify'), true],
      ],
    ],
  ])('the model of tokens holds that %s: %s', (_, verdict, drafts) => {
    expect(verdictOf(tokens, drafts)).toBe(verdict);
  });
});

describe('a lease', () => {
  test.each<[rule: string, verdict: string, drafts: Draft[]]>([
    [
      'a lease passes from one holder to the next',
      'valid',
      [
        [0, 1, by('a', 'acquire'), true],
        [2, 3, by('a', 'release'), true],
        [4, 5, by('b', 'acquire'), true],
      ],
    ],
    [
      'a lease has one holder at a time',
      'invalid',
      [
        [0, 1, by('a', 'acquire'), true],
        [2, 3, by('b', 'acquire'), true],
        [4, 5, by('a', 'release'), true],
      ],
    ],
    [
      'an acquisition may be refused at any time',
      'valid',
      [
        [0, 1, by('a', 'acquire'), true],
        [2, 3, by('b', 'acquire'), false],
        [2, 3, by('a', 'acquire'), false],
      ],
    ],
    [
      'a lease is released by its holder only',
      'invalid',
      [
        [0, 1, by('a', 'acquire'), true],
        [2, 3, by('b', 'release'), true],
      ],
    ],
    [
      'a release whose holder died may have happened',
      'valid',
      [
        [0, 1, by('a', 'acquire'), true],
        [2, 5, by('a', 'release')],
        [6, 7, by('b', 'acquire'), true],
      ],
    ],
  ])('the model of a lease holds that %s: %s', (_, verdict, drafts) => {
    expect(verdictOf(lease, drafts)).toBe(verdict);
  });
});

test('credentials from before the run are found by their key and in the whole map', () => {
  const model = credentialsFrom(new Map([['a', 'seed']]));
  const get = (key: string) => ({ action: 'get', key });
  expect(
    verdictOf(model, [
      [0, 1, get('a'), 'seed'],
      [2, 3, { action: 'all' }, new Map([['a', 'seed']])],
    ]),
  ).toBe('valid');
  expect(verdictOf(model, [[0, 1, get('a'), null]])).toBe('invalid');
  expect(verdictOf(model, [[0, 1, get('b'), null]])).toBe('valid');
});

test.each(kinds)(
  'equal states of $model.name have equal keys, different states have different ones, and steps change no state',
  ({ model, answers, input }) => {
    const states = new Map<unknown, string>();
    const random = { pick: <T>(items: readonly T[]) => items[0], oneIn: () => false, int: () => 1 };
    const show = (state: unknown) =>
      state instanceof Map ? JSON.stringify([...state]) : JSON.stringify(state);
    for (const output of [undefined, ...answers]) {
      const before = show(model.init);
      const next = model.step(model.init, input(random as never, 0), output);
      expect(show(model.init)).toBe(before);
      if (next !== undefined) states.set(model.key(next), show(next));
    }
    expect(new Set(states.values()).size).toBe(states.size);
  },
);
