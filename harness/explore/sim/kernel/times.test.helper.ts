import fs from 'node:fs';
import type { Kernel } from './kernel.js';

interface Times {
  ino: unknown;
  mtime: unknown;
  ctime: unknown;
}

/** What is at a path, links not followed. Undefined where nothing is. */
export type Look = (path: string) => Times | undefined;

const names = ['a', 'b', 'c', 'd'];
/** Where most of what a sequence makes lies. */
const places = ['', ...names, ...names.flatMap((name) => [`a/${name}`, `b/${name}`])];

export function timesIn(root: string, look: Look): Map<string, Times> {
  const found = places.map((place) => [place, look(place === '' ? root : `${root}/${place}`)] as const);
  return new Map(found.flatMap(([place, times]) => (times ? [[place, times]] : [])));
}

/** Of which files the times have changed, by the names that they had: `a:mc` for both. */
export function changed(before: ReadonlyMap<string, Times>, after: ReadonlyMap<string, Times>): string {
  const now = new Map([...after.values()].map((times) => [times.ino, times]));
  return [...before]
    .flatMap(([place, { ino, mtime, ctime }]) => {
      const times = now.get(ino);
      const letters = `${times && times.mtime !== mtime ? 'm' : ''}${times && times.ctime !== ctime ? 'c' : ''}`;
      return letters === '' ? [] : [`${place}:${letters}`];
    })
    .join(' ');
}

export const lookReal: Look = (path) => {
  try {
    const { ino, mtimeNs, ctimeNs } = fs.lstatSync(path, { bigint: true });
    return { ino, mtime: mtimeNs, ctime: ctimeNs };
  } catch {
    return undefined;
  }
};

export const lookAt =
  (kernel: Kernel): Look =>
  (path) => {
    const inode = kernel.peek(path, false);
    return inode && { ino: inode.id, mtime: inode.mtime, ctime: inode.ctime };
  };

/**
 * Does what was looked at get a new time with its next change, however soon? Linux has it so since 6.13 on ext4. Elsewhere the
 * clock of files ticks every few milliseconds, and a change may leave the time as it was; tmpfs takes some times from there.
 */
export function hasFineTimes(directory: string): boolean {
  const place = `${directory}/probe`;
  fs.mkdirSync(place);
  const moves = (change: () => void): boolean => {
    const before = lookReal(place)?.ctime;
    change();
    return lookReal(place)?.ctime !== before;
  };
  const rounds = Array.from({ length: 50 }, () => [
    moves(() => fs.chmodSync(place, 0o700)),
    moves(() => fs.mkdirSync(`${place}/a`)),
    moves(() => fs.rmdirSync(`${place}/a`)),
    moves(() => fs.symlinkSync('x', `${place}/b`)),
    moves(() => fs.linkSync(`${place}/b`, `${place}/c`)),
    moves(() => fs.unlinkSync(`${place}/b`)),
    moves(() => fs.unlinkSync(`${place}/c`)),
  ]);
  fs.rmdirSync(place);
  return rounds.flat().every((isNew) => isNew);
}
