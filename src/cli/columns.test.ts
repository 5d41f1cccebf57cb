import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut } from './columns.js';
import { cutTo, padTo, widthOf, wrapTo } from './text.js';

describe('the width of text', () => {
  it.each([
    ['naive', 5],
    ['鍵', 2],
    ['日本語のキー', 12],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['', 0],
  ])('%j takes %d columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
    expect(widthOf(padTo(text, 20))).toBe(20);
  });

  it('what is cut ends in an ellipsis, fits, and is never cut within a character', () => {
    expect([cutTo('two-terminals', 5), cutTo('日本語のキー', 6), cutTo('short', 5)]).toEqual([
      'two-…',
      '日本…',
      'short',
    ]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.nat(30), (text, width) => {
        expect(widthOf(cutTo(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('a sentence is broken between words, and the last line that there is room for says that more follows', () => {
    expect(wrapTo('a lost update is gone', 9)).toEqual(['a lost', 'update is', 'gone']);
    expect(wrapTo('a lost update is gone', 9, 2)).toEqual(['a lost', 'update i…']);
  });
});

describe('columns', () => {
  const header = ['scenario', 'target', 'lost', 'what it says'];
  const rows = [
    ['token-create-delete-churn', 'a-store-of-mine', '1234567', 'a sentence that is a good deal longer'],
    ['鍵', '', '8', ''],
  ];

  it.each([20, 30, 50, 80, 120])('no line is wider than a terminal of %d columns', (width) => {
    for (const line of layOut({ header, rows }, width).lines)
      expect(widthOf(line)).toBeLessThanOrEqual(width);
  });

  it('a number is never cut, as it would be another number', () => {
    for (let width = 10; width <= 80; width++) {
      const { lines, leftOut } = layOut({ header, rows }, width);
      expect(leftOut.includes('lost') || lines[1]?.includes('1234567')).toBe(true);
    }
    expect(layOut({ header, rows }, 50).leftOut).toEqual([]);
  });

  it('the last columns are left out, and named, where cutting is not enough', () => {
    expect(layOut({ header, rows }, 20).leftOut).toEqual(['lost', 'what it says']);
  });

  it('wide characters line up with others', () => {
    const [, first = '', second = ''] = layOut(
      {
        header: ['a', 'b'],
        rows: [
          ['日本', 'x'],
          ['abcd', 'y'],
        ],
      },
      80,
    ).lines;
    expect([first, second]).toEqual(['日本  x', 'abcd  y']);
  });

  it('without an end nothing is cut', () => {
    expect(layOut({ header, rows }, undefined).lines[1]).toContain('a good deal longer');
  });
});
