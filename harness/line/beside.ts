import fs, { type Dirent } from 'node:fs';
import path from 'node:path';
import type { Disk } from './disk.js';
import { ownPaths } from './own-paths.js';

/** Where directories are listed. */
type Lists = Pick<Disk, 'readdirSync'>;

/** What belongs to a store, beside its file. */
export interface Own {
  /** Patterns of what it leaves when it is alone: see own-paths.ts. */
  patterns: readonly string[];
  /** What the target itself declares. */
  artifacts: readonly RegExp[];
}

/** Everything in the file's directory but the file, and what is below it if it is a directory: by path from there. */
export function pathsBeside(file: string, disk: Lists = fs): string[] {
  return walk({ root: path.dirname(file), base: path.basename(file), enters: () => true, disk }).map(
    ({ place }) => place,
  );
}

/** What is left there that belongs to no store: a directory is named by itself, with a slash, and not what is in it. */
export function leftoversBeside(file: string, { patterns, artifacts }: Own, disk: Lists = fs): string[] {
  const base = path.basename(file);
  const isLeftAlone = ownPaths(base, patterns);
  const isOwn = (place: string) =>
    isLeftAlone(place) ||
    artifacts.some((artifact) => (isTop(place) || artifact.source.includes('/')) && artifact.test(place));
  return walk({ root: path.dirname(file), base, enters: isOwn, disk }).flatMap(({ place, isDirectory }) =>
    isOwn(place) ? [] : isDirectory ? `${place}/` : place,
  );
}

interface Found {
  place: string;
  isDirectory: boolean;
}

interface Tour {
  root: string;
  base: string;
  enters: (place: string) => boolean;
  disk: Lists;
}

function walk(tour: Tour, below = ''): Found[] {
  const { root, base, enters, disk } = tour;
  return entriesOf(path.join(root, below), disk).flatMap((entry) => {
    const place = below === '' ? entry.name : `${below}/${entry.name}`;
    const isDirectory = entry.isDirectory();
    const inside = isDirectory && (place === base || enters(place)) ? walk(tour, place) : [];
    return place === base ? inside : [{ place, isDirectory }, ...inside];
  });
}

function entriesOf(directory: string, disk: Lists): Dirent[] {
  try {
    return disk.readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Gone since it was listed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isTop(place: string): boolean {
  return !place.includes('/');
}
