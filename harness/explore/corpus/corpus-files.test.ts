import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { optionsFor } from '../explore.test.helper.js';
import { Corpus, schedulesMax } from './corpus-files.js';
import type { Grown } from './grown.js';

const newPlace = () => mkdtempSync(path.join(tmpdir(), 'holdfast-corpus-'));
const open = (place: string, { version = '1', program = 'set a | set b', drawnBy = 'pct 1' } = {}) =>
  new Corpus(place, optionsFor(program), version, drawnBy);
const found = (schedules: readonly string[], more: Partial<Grown> = {}): Grown => ({
  added: schedules.map((schedule, n) => ({ schedule, brought: { pairs: 1, states: 2 }, execution: n + 1 })),
  ...{ idle: [], drawn: 30, seen: { pairs: [1, 2], states: [3] }, ...more },
});

it('a search of the same version goes on from the schedules, from what was seen, and from the last that was drawn', () => {
  const place = newPlace();
  expect(open(place).kept).toEqual({ schedules: [], run: 0, drawn: 0 });
  expect(open(place).save([found(['0x2 1', '1x2']), found(['0 1x3'], { drawn: 31 })])).toMatchObject({
    ...{ runs: 1, before: 0, added: 3, kept: 3, dropped: 0, seen: { pairs: 2, states: 1 } },
  });
  const seen = { pairs: [1, 2], states: [3] };
  const schedules = expect.arrayContaining(['0x2 1', '1x2', '0 1x3']);
  expect(open(place).kept).toEqual({ schedules, seen, run: 1, drawn: 31 });
  expect(open(place, { drawnBy: 'pct 2' }).kept).toEqual({ schedules, seen, run: 1, drawn: 0 });
});

it('a search of another version runs the schedules again, and draws from the beginning', () => {
  const place = newPlace();
  open(place).save([found(['0x2 1'])]);
  const corpus = open(place, { version: '2' });
  expect(corpus.kept).toEqual({ schedules: ['0x2 1'], run: 1, drawn: 0 });
  expect(corpus.save([found([])])).toMatchObject({ before: 1, isRunAgain: true, kept: 1 });
});

it('another program has a corpus of its own, and a file of another search is not used', () => {
  const place = newPlace();
  const { directory } = open(place).save([found(['0x2 1'])]);
  const other = open(place, { program: 'set a | get a' });
  expect(other.kept.schedules).toEqual([]);
  const theirs = other.save([found([])]).directory;
  writeFileSync(path.join(theirs, 'search.json'), readFileSync(path.join(directory, 'search.json')));
  expect(open(place, { program: 'set a | get a' }).save([found([])]).unusable).toEqual([
    `${theirs}/search.json: not of this search`,
  ]);
});

it.each([
  ['{"schema":1,"sche', 'JSON'],
  ['{"schema":1,"run":1,"execution":1,"schedule":"0x2 fly"}', '"fly" is no step of a schedule'],
  ['{"schema":1}', 'not of this search'],
])('a file that is damaged is named and left alone, and nothing else is lost: %s', (text, why) => {
  const place = newPlace();
  const { directory } = open(place).save([found(['0x2 1', '1x2'])]);
  const name = path.join(directory, 'damaged.json');
  writeFileSync(name, text);
  const corpus = open(place);
  expect(corpus.kept).toMatchObject({ schedules: ['0x2 1', '1x2'], drawn: 30 });
  expect(corpus.save([found([])]).unusable).toEqual([expect.stringMatching(`^${name}: .*${why}`)]);
  expect(readFileSync(name, 'utf8')).toBe(text);
});

it('without what was seen, the schedules are run again', () => {
  const place = newPlace();
  const { directory } = open(place).save([found(['0x2 1'])]);
  writeFileSync(path.join(directory, 'search.json'), '');
  const corpus = open(place);
  expect(corpus.kept).toEqual({ schedules: ['0x2 1'], run: 0, drawn: 0 });
  expect(corpus.save([found([])])).toMatchObject({ before: 1, isRunAgain: true, kept: 1, runs: 1 });
});

it('a corpus is bounded: what showed nothing new goes first, then the oldest', () => {
  const place = newPlace();
  const first = Array.from({ length: schedulesMax }, (_, n) => `0x${n + 2} 1`);
  open(place).save([found(first)]);
  const idle = ['0x9 1'];
  const { dropped, kept, directory } = open(place).save([found(['1x7', '1x8'], { idle })]);
  expect([dropped, kept, readdirSync(directory).length]).toEqual([2, schedulesMax, schedulesMax + 1]);
  const left = open(place).kept.schedules;
  expect(left).not.toContain('0x9 1');
  expect(left).not.toContain('0x2 1');
  expect(left.slice(-2)).toEqual(['1x7', '1x8']);
});

it('a place where no directory can be made is a usage error', () => {
  const file = path.join(newPlace(), 'file');
  writeFileSync(file, '');
  expect(() => open(file)).toThrow(/can't keep a corpus in .*ENOTDIR/);
});
