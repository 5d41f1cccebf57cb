import { expect, test } from 'vitest';
import { collectGarbage } from '../check/collect-garbage.js';
import { judge } from '../checkers/index.js';
import { findErasers } from '../checkers/lost-update/blame.js';
import { Looks } from '../checkers/lost-update/looks.js';
import type { Run } from '../history/run.js';
import { RunBuilder } from '../history/run-builder.js';
import { madeUpHistory } from './made-up-history.js';

/** What is reachable: objects, and the numbers of columns, which lie beside them. */
function bytesHeld(): number {
  for (let round = 0; round < 2; round++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A run that loses some of its writes, seen by a foreign reader, with clients that say what they have read and made. */
function builtOf(operations: number): RunBuilder {
  const builder = new RunBuilder();
  const shape = { operations, clients: 16, keys: 64, isSeen: true, losesOneIn: 100 };
  for (const event of madeUpHistory(shape)) builder.add(event);
  return builder;
}

interface Sizes {
  ofRun: number;
  ofJudge: number;
  held: unknown;
}

function sizesOf(operations: number): Sizes {
  const before = bytesHeld();
  const run: Run = builtOf(operations).finish();
  const built = bytesHeld();
  const held = [run, findErasers(run, new Looks(run))];
  return { ofRun: built - before, ofJudge: bytesHeld() - built, held };
}

// Half of the operations are writes, each of which makes a content that is seen. In four million of them 100 bytes more are 400 MB.
test('a run is held in less than 90 bytes for each operation with the content that it has made, and what names erasers in less than 60', () => {
  // The more there are, the less what else is made and freed meanwhile counts: 180 kB were seen.
  const [few, many] = [6000, 60_000];
  const [short, long] = [sizesOf(few), sizesOf(many)];
  // What is held of any run, however short, is held of both.
  const growth = (of: 'ofRun' | 'ofJudge') => (long[of] - short[of]) / (many - few);
  expect(growth('ofRun')).toBeLessThan(90);
  expect(growth('ofJudge')).toBeLessThan(60);
});

test('a judge rests before each key that has many operations, and after each checker', () => {
  const rested = (operations: number) => {
    const builder = new RunBuilder();
    for (const event of madeUpHistory({ operations, clients: 4, keys: 2 })) builder.add(event);
    const run = builder.finish();
    let rests = 0;
    judge(run, () => rests++);
    return rests;
  };
  const afterEach = rested(420);
  expect(rested(42_000) - afterEach).toBe(2);
  expect(afterEach).toBeGreaterThan(5);
});
