import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { madeUpHistory } from '../bench/made-up-history.js';
import { newDirectory } from '../cli/command.test.helper.js';
import type { Inspector } from '../history/read.js';
import { collectGarbage } from './collect-garbage.js';
import { judgeHistory } from './judge-history.js';

// Two of millions of operations at once would take twice the memory.
test('no run of a history is held while the next one is read', async () => {
  const history = path.join(newDirectory(), 'history.jsonl');
  // Longer than what is read at once.
  const run = [...madeUpHistory({ operations: 2500, clients: 2, keys: 4, isSeen: true })];
  for (let times = 0; times < 3; times++)
    appendFileSync(history, run.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const judged: WeakRef<object>[] = [];
  const held: number[] = [];
  const inspector: Inspector = {
    add: (event) => {
      if (event.type !== 'final') return;
      collectGarbage();
      held.push(judged.filter((run) => run.deref() !== undefined).length);
    },
    cut: () => {},
    readToEnd: () => {},
  };
  await judgeHistory(history, 0, inspector, ({ run }) => judged.push(new WeakRef(run)));
  expect(held).toEqual([0, 0, 0]);
});

test('what is no history is refused by name, whoever reads it', async () => {
  const history = path.join(newDirectory(), 'history.jsonl');
  const [run, ...events] = [...madeUpHistory({ operations: 20, clients: 2, keys: 4, isSeen: true })];
  const damaged = events.map((event) => (event.type === 'file' ? { ...event, removed: undefined } : event));
  appendFileSync(history, [run, ...damaged].map((event) => `${JSON.stringify(event)}\n`).join(''));
  await expect(judgeHistory(history)).rejects.toThrow(
    /:\d+ is not an event of a history: it has no "removed"/,
  );
});
