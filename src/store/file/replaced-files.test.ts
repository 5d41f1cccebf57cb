import {
  closeSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../../waiting.test.helper.js';
import { parseDocument } from '../document/document.js';
import { newFile, textOf } from '../scratch.test.helper.js';
import { openStore } from '../store.js';
import type { ReplacedFile } from './commit/task.js';
import { identityOf } from './disk/state.js';
import { ReplacedFiles } from './replaced-files.js';

const looking = new Set<ReplacedFiles>();
afterEach(() => {
  for (const files of looking) files.close();
  looking.clear();
});

/** Replaced files, and what was reported: what was written, and what was there before. */
function lookBack() {
  const late: object[][] = [];
  const files = new ReplacedFiles(({ document, before }) =>
    late.push([Object.fromEntries(document), Object.fromEntries(before)]),
  );
  looking.add(files);
  return { files, late };
}

/** A file as a commit has replaced it: open, and at no path that anybody looks at. */
function replaced(
  content: object,
): ReplacedFile & { write: (content: object, keepsTimes?: boolean) => void } {
  const file = newFile();
  writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
  // Whole, because they are set again in the precision that a program can give.
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  const bytes = readFileSync(file);
  const descriptor = openSync(file, 'r');
  const identity = identityOf(fstatSync(descriptor, { bigint: true }));
  const write = (theirs: object, keepsTimes = false) => {
    const theirDescriptor = openSync(file, 'r+');
    const { atime, mtime } = fstatSync(theirDescriptor);
    const text = JSON.stringify(theirs);
    writeSync(theirDescriptor, text, 0);
    ftruncateSync(theirDescriptor, text.length);
    if (keepsTimes) futimesSync(theirDescriptor, atime, mtime);
    closeSync(theirDescriptor);
  };
  return { open: { descriptor, identity }, bytes, document: parseDocument(bytes) ?? new Map(), write };
}

/** One such file, and what was reported of it. */
function lookBackAt(content: object) {
  const { files, late } = lookBack();
  const file = replaced(content);
  files.add(file);
  return { files, late, file };
}

describe('a write into a file that was replaced', () => {
  it('is reported by the next look, once', () => {
    const { files, late, file } = lookBackAt({ a: 1 });
    file.write({ a: 1, x: 9 });
    files.look();
    files.look();
    expect(late).toEqual([[{ a: '1', x: '9' }, { a: '1' }]]);
  });

  it('is reported by itself after a while', async () => {
    const { late, file } = lookBackAt({ a: 1 });
    file.write({ a: 1, x: 9 });
    await expect.poll(() => late).toEqual([[{ a: '1', x: '9' }, { a: '1' }]]);
  });

  it('is found where size and time are the same as before', async () => {
    const { late, file } = lookBackAt({ a: 1 });
    file.write({ a: 2 }, true);
    await expect.poll(() => late).toEqual([[{ a: '2' }, { a: '1' }]]);
  });

  it('is reported again when it comes a second time', () => {
    const { files, late, file } = lookBackAt({ a: 1 });
    file.write({ a: 1, x: 9 });
    files.look();
    file.write({ a: 1 });
    files.look();
    expect(late).toEqual([
      [{ a: '1', x: '9' }, { a: '1' }],
      [{ a: '1' }, { a: '1', x: '9' }],
    ]);
  });

  it('is found in each of several files, and in one that is let go early', () => {
    const { files, late } = lookBack();
    const all = Array.from({ length: 9 }, (_, n) => replaced({ n }));
    for (const file of all.slice(0, -1)) files.add(file);
    all[0]?.write({ n: 9 }, true);
    all[1]?.write({ n: 8, x: 1 });
    for (const file of all.slice(-1)) files.add(file);
    files.look();
    expect(late).toEqual([
      [{ n: '9' }, { n: '0' }],
      [{ n: '8', x: '1' }, { n: '1' }],
    ]);
  });
});

describe('a replaced file', () => {
  it('is let go where it can’t be read, and the others are looked at', () => {
    const { files, late } = lookBack();
    const unreadable = { descriptor: openSync(path.dirname(newFile()), 'r'), identity: 'none' };
    const file = replaced({ a: 1 });
    files.add({ open: unreadable, bytes: file.bytes, document: new Map() });
    files.add(file);
    file.write({ a: 2 });
    files.look();
    expect(late).toEqual([[{ a: '2' }, { a: '1' }]]);
    expect(unreadable.descriptor).toBe(-1);
  });

  it('throws nothing out of a timer where it can’t be read', async () => {
    const { files, late } = lookBack();
    const unreadable = { descriptor: openSync(path.dirname(newFile()), 'r'), identity: 'none' };
    const file = replaced({ a: 1 });
    files.add({ open: unreadable, bytes: file.bytes, document: new Map() });
    files.add(file);
    file.write({ a: 2 });
    await expect.poll(() => late).toEqual([[{ a: '2' }, { a: '1' }]]);
  });

  it('is closed and not looked at where it comes after the end', async () => {
    const { files, late } = lookBack();
    const file = replaced({ a: 1 });
    files.close();
    files.add(file);
    file.write({ a: 2 });
    files.look();
    expect(file.open.descriptor).toBe(-1);
    expect(late).toEqual([]);
  });
});

describe('a plain store', () => {
  it('does not see what is written into the inode that its commit has replaced', async () => {
    const file = newFile();
    writeFileSync(file, '{"a":1}', { mode: 0o600 });
    const descriptor = openSync(file, 'r+');
    const store = openStore(file);
    await store.set('ours', 1);
    writeSync(descriptor, '{"x":1}', 0);
    closeSync(descriptor);
    expect(await store.all()).toEqual({ a: 1, ours: 1 });
    await store.set('ours', 2);
    await store.close();
    expect(JSON.parse(textOf(file))).toEqual({ a: 1, ours: 2 });
  });

  it('holds no replaced file open', async () => {
    const file = newFile();
    // A guard lets go of a file when it has looked back for the last time, which it never does where no time passes.
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now);
    onTestFinished(() => clock.mockRestore());
    const store = openStore(file);
    for (let n = 0; n < 30; n++) await store.set('a', n);
    // A close in the background is not over at once.
    await eventually(() => expect(deleted(file)).toEqual([]));
    await store.close();
  });
});

function deleted(file: string): string[] {
  const places = readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return [readlinkSync(`/proc/self/fd/${number}`)];
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
  return places.filter((place) => place.startsWith(file) && place.endsWith('(deleted)'));
}
