import { describe, expect, test } from 'vitest';
import type { ModelReport } from '../core/model-report.js';
import type { Bar } from '../core/report.js';
import { intervalsToText } from './intervals-text.js';
import { modelsToText } from './models.js';
import { layOut } from './steps.js';

const bar = (id: string, begin: number, end: number | null, more: Partial<Bar> = {}): Bar => ({
  ...{ id, process: 'p', what: `does ${id}`, begin, end, isSure: true, isMarked: false, ...more },
});

describe('intervals', () => {
  test('intervals are drawn by their order, not their length, and intervals that meet overlap', () => {
    const { bars, steps } = layOut([bar('b', 1000, 2000), bar('a', 1, 1000), bar('c', 2001, null)]);
    expect(bars.map(({ id, from, to }) => [id, from, to])).toEqual([
      ['a', 0, 2],
      ['b', 1, 3],
      ['c', 4, 5],
    ]);
    expect(steps).toBe(6);
  });

  test('the text has a star for the marked call, dots for a call that may not have happened, and > for an open end', () => {
    const bars = [bar('a', 0, 5), bar('b', 3, null, { isSure: false }), bar('c', 6, 7, { isMarked: true })];
    expect(intervalsToText(bars).split('\n')).toEqual([
      '  a     p  does a  |=====|',
      '  b     p  does b     |...........>',
      '  c  *  p  does c           |==|',
    ]);
  });

  test('the text is never wider than a terminal, however many intervals there are', () => {
    const bars = Array.from({ length: 200 }, (_, at) => bar(`${at}`, at, at + 0.5));
    const widest = Math.max(
      ...intervalsToText(bars)
        .split('\n')
        .map(({ length }) => length),
    );
    expect(widest).toBeLessThan(110);
  });
});

describe('a contradiction of a model in a terminal', () => {
  const textOf = (count: number, marked: number) => {
    const bars = Array.from({ length: count }, (_, at) =>
      bar(`call-${at}`, at, at + 5, { isMarked: at === marked }),
    );
    const prefix = bars.slice(0, marked).map(({ id }) => id);
    const contradiction = { bars, prefix, isSmallest: true };
    const from = { file: 'f', format: 'jepsen', model: 'register', scope: 'exact' } as const;
    return modelsToText([{ ...from, result: 'invalid', calls: count, contradiction } as ModelReport]);
  };

  test('a long contradiction is shown by its first calls, its last ones, and the one without a place', () => {
    const text = textOf(117, 60);
    expect(text.match(/does call-\d+/g)).toEqual(
      [...Array.from({ length: 14 }, (_, at) => at), 60, 112, 113, 114, 115, 116].map(
        (at) => `does call-${at}`,
      ),
    );
    expect(text).toContain('117 calls that have no order');
    expect(text).toContain('and 97 more in the output of --json.');
    expect(text).toMatch(
      /After call-0, .*, call-6, and 52 more in the output of --json, call-59 there is no place/,
    );
  });

  test('a short contradiction is shown completely', () => {
    expect(textOf(20, 7).match(/does call-\d+/g)).toHaveLength(20);
    expect(textOf(20, 7)).not.toContain('more');
  });
});
