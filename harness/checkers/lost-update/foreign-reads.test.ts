import { expect, test } from 'vitest';
import { run } from '../fixtures.test.helper.js';
import { ForeignReads } from './foreign-reads.js';

test('each value of each key has the times at which whole versions of the file first and last had it', () => {
  const { files } = run(`
    file 1-2 a=v1
    file 3   b=w
    file 4   broken
    file 5   a=v2
    file 6   -b
    file 7-8`);
  const reads = new ForeignReads(files);
  const seen = (of: string) =>
    [...reads.of(of)].map(({ value, begin, end }) => `${value} ${begin / 1e6}-${end / 1e6}`);
  expect(seen('a')).toEqual(['v1 1-2', 'v1 3-3', 'v2 5-5', 'v2 7-8']);
  expect(seen('b')).toEqual(['null 1-2', 'w 3-3', 'w 5-5', 'null 6-6', 'null 7-8']);
});
