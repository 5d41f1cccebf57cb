import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { newDirectory } from '../../src/cli/command.test.helper.js';
import type { FileEvent } from '../history/events.js';
import { nameOfContent } from '../history/version-name.js';
import { credential } from '../workload/values.js';
import { Durations } from './durations.js';
import { FileWatch } from './file-watch.js';

/** A watch by a clock that moves by a microsecond with each question, and by hand. */
function watching(file: string) {
  let time = 0;
  const sights: { sight: FileEvent; seenBefore: number | undefined }[] = [];
  const watch = new FileWatch({
    file,
    subject: 'credentials',
    read: undefined,
    now: () => {
      time += 1000;
      return time;
    },
    onSight: (sight, seenBefore) => sights.push({ sight, seenBefore }),
  });
  return { watch, sights, pass: (ms: number) => (time += ms * 1e6), now: () => time };
}

const text = (id: string) => JSON.stringify({ openai: credential(id) });

test('a content is passed on with its identity, and with the next one when it was last found unchanged', () => {
  const file = path.join(newDirectory(), 'auth.json');
  writeFileSync(file, text('tui-1.0.1'));
  const { watch, sights, pass, now } = watching(file);
  watch.look();
  pass(100);
  watch.look();
  const last = now();
  const { ino, size } = statSync(file);
  expect(sights).toHaveLength(1);
  expect(sights[0]?.sight).toMatchObject({
    version: 1,
    set: { openai: 'tui-1.0.1' },
    inode: String(ino),
    size,
    hash: nameOfContent(text('tui-1.0.1')),
  });
  writeFileSync(`${file}.new`, text('tui-1.0.2'));
  renameSync(`${file}.new`, file);
  watch.look();
  expect(sights).toHaveLength(2);
  expect(sights[1]?.seenBefore).toBeLessThanOrEqual(last);
  expect(sights[1]?.seenBefore).toBeGreaterThan((sights[0]?.sight.until ?? 0) + 90e6);
  rmSync(file);
  watch.look();
  expect(sights[2]?.sight).toMatchObject({ broken: 'it is missing', set: {} });
});

test('another content of the same size and time is seen as long as the clock of the file may have stood still', () => {
  const file = path.join(newDirectory(), 'auth.json');
  const at = new Date(1_700_000_000_000);
  const write = (id: string) => {
    writeFileSync(file, text(id));
    utimesSync(file, at, at);
  };
  write('tui-1.0.1');
  const { watch, sights } = watching(file);
  watch.look();
  write('tui-1.0.2');
  watch.look();
  expect(sights.map(({ sight }) => sight.set)).toEqual([{ openai: 'tui-1.0.1' }, { openai: 'tui-1.0.2' }]);
});

test('the looks are counted, and their times right to 5 %', () => {
  const durations = new Durations();
  for (const duration of [1000, 1000, 1000, 5_000_000, 70]) durations.add(duration);
  expect(durations.count).toBe(5);
  expect(durations.max).toBe(5_000_000);
  expect(Math.abs(durations.median - 1000)).toBeLessThanOrEqual(50);
  expect(new Durations().median).toBe(0);
});
