import fs, {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CallName } from '../protocol/calls.js';
import { Places } from './places.js';

function newPlaces() {
  const root = mkdtempSync(path.join(tmpdir(), 'holdfast-places-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const inside = (name: string) => path.join(root, name);
  return { places: new Places(root, fs), inside };
}

it('every call that may change what a path leads to makes the table look again', () => {
  const { places, inside } = newPlaces();
  const changes: [call: CallName, flags: string | undefined, change: () => void, isThere: boolean][] = [
    ['open', 'wc', () => writeFileSync(inside('a'), ''), true],
    ['unlink', undefined, () => unlinkSync(inside('a')), false],
    ['mkdir', undefined, () => mkdirSync(inside('a')), true],
    ['rename', undefined, () => renameSync(inside('a'), inside('b')), false],
    ['symlink', undefined, () => symlinkSync('b', inside('a')), true],
  ];
  for (const [call, flags, change, isThere] of changes) {
    expect([call, places.at('a') !== undefined]).toEqual([call, !isThere]);
    change();
    places.forgetAfter({ id: 1, call, path: 'a', ...(flags === undefined ? {} : { flags }) });
    expect([call, places.at('a') !== undefined]).toEqual([call, isThere]);
  }
  expect(places.at('a')).toMatchObject({ kind: 'link', target: 'b' });
  for (const call of ['link', 'rmdir', 'copyFile', 'readdir of all below'] as const) {
    unlinkSync(inside('a'));
    places.forgetAfter({ id: 1, call });
    expect([call, places.at('a')]).toEqual([call, undefined]);
    symlinkSync('b', inside('a'));
    places.forgetNames();
    expect(places.at('a')).toBeDefined();
  }
});

it('a directory is found wherever it was moved, and a removed one is not found, whatever has its name', () => {
  const { places, inside } = newPlaces();
  mkdirSync(inside('a/b'), { recursive: true });
  const id = places.at('a/b')?.id ?? '';
  const held = openSync(inside('a/b'), constants.O_RDONLY | constants.O_DIRECTORY);
  onTestFinished(() => closeSync(held));
  expect(places.directory(id)).toBe('a/b');
  renameSync(inside('a'), inside('c'));
  mkdirSync(inside('a/b'), { recursive: true });
  places.forgetNames();
  expect(places.directory(id)).toBe('c/b');
  rmdirSync(inside('c/b'));
  mkdirSync(inside('c/b'));
  places.forgetNames();
  expect([places.directory(id), places.lastSeen(id)]).toEqual([undefined, 'c/b']);
  rmSync(inside('c'), { recursive: true });
  writeFileSync(inside('c'), '');
  places.forgetNames();
  expect(places.directory(id)).toBeUndefined();
});
