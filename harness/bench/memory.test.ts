import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { findErasers } from '../checkers/lost-update/blame.js';
import { Looks } from '../checkers/lost-update/looks.js';
import type { Run } from '../history/run.js';
import { RunBuilder } from '../history/run-builder.js';
import { madeUpHistory } from './made-up-history.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

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

/** By operation: what is held of any run, however short, is held of both. */
function growth(hold: (operations: number) => { before: number; held: unknown }): number {
  const [few, many] = [12_000, 36_000];
  const [of12, of36] = [few, many].map((operations) => {
    const { before, held } = hold(operations);
    return { more: bytesHeld() - before, held };
  });
  return ((of36?.more ?? 0) - (of12?.more ?? 0)) / (many - few);
}

// Half of the operations are writes, each of which makes a content that is seen. In four million of them 100 bytes more are 400 MB.
test('a run is held in less than 80 bytes for each operation, with the content that it has made', () => {
  const bytes = growth((operations) => {
    const before = bytesHeld();
    return { before, held: builtOf(operations).finish() };
  });
  expect(bytes).toBeLessThan(80);
});

test('to name those who have erased something, a judge holds less than 40 bytes more for each operation', () => {
  const bytes = growth((operations) => {
    const run: Run = builtOf(operations).finish();
    const before = bytesHeld();
    return { before, held: findErasers(run, new Looks(run)) };
  });
  expect(bytes).toBeLessThan(40);
});
