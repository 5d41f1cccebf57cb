import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Places } from './places.js';

function newPlaces() {
  const root = mkdtempSync(path.join(tmpdir(), 'holdfast-places-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const inside = (name: string) => path.join(root, name);
  return { places: new Places(root), inside };
}

it('every call that may change what is where makes it look again', () => {
  const { places, inside } = newPlaces();
  const changes: [call: string, flags: string | undefined, change: () => void, isThere: boolean][] = [
    ['open', 'wc', () => writeFileSync(inside('a'), ''), true],
    ['unlink', undefined, () => unlinkSync(inside('a')), false],
    ['mkdir', undefined, () => mkdirSync(inside('a')), true],
    ['rename', undefined, () => renameSync(inside('a'), inside('b')), false],
    ['symlink', undefined, () => symlinkSync('b', inside('a')), true],
  ];
  for (const [call, flags, change, isThere] of changes) {
    expect([call, places.at('a') !== undefined]).toEqual([call, !isThere]);
    change();
    places.note({ id: 1, call, path: 'a', ...(flags === undefined ? {} : { flags }) });
    expect([call, places.at('a') !== undefined]).toEqual([call, isThere]);
  }
  expect(places.through('a')).toBe(places.at('b'));
  for (const call of ['link', 'rmdir', 'copyFile', 'one that nobody has thought of']) {
    unlinkSync(inside('a'));
    places.note({ id: 1, call });
    expect([call, places.at('a')]).toEqual([call, undefined]);
    symlinkSync('b', inside('a'));
    places.forget();
    expect(places.at('a')).toBeDefined();
  }
});
