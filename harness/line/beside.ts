import { type Dirent, readdirSync } from 'node:fs';
import path from 'node:path';
import { ownPaths } from './own-paths.js';

/** What belongs to a store, beside its file. */
export interface Own {
  /** Patterns of what it leaves when it is alone: see own-paths.ts. */
  patterns: readonly string[];
  /** What the target itself declares. */
  artifacts: readonly RegExp[];
}

/** Everything in the file's directory but the file, and what is below it if it is a directory: by path from there. */
export function pathsBeside(file: string): string[] {
  return walk(path.dirname(file), path.basename(file), () => true).map(({ place }) => place);
}

/** What is left there that belongs to no store: a directory is named by itself, with a slash, and not what is in it. */
export function leftoversBeside(file: string, { patterns, artifacts }: Own): string[] {
  const base = path.basename(file);
  const isLeftAlone = ownPaths(base, patterns);
  const isOwn = (place: string) =>
    isLeftAlone(place) ||
    artifacts.some((artifact) => (isTop(place) || artifact.source.includes('/')) && artifact.test(place));
  return walk(path.dirname(file), base, isOwn).flatMap(({ place, isDirectory }) =>
    isOwn(place) ? [] : isDirectory ? `${place}/` : place,
  );
}

interface Found {
  place: string;
  isDirectory: boolean;
}

function walk(root: string, base: string, enters: (place: string) => boolean, below = ''): Found[] {
  return entriesOf(path.join(root, below)).flatMap((entry) => {
    const place = below === '' ? entry.name : `${below}/${entry.name}`;
    const isDirectory = entry.isDirectory();
    const inside = isDirectory && (place === base || enters(place)) ? walk(root, base, enters, place) : [];
    return place === base ? inside : [{ place, isDirectory }, ...inside];
  });
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    // Gone since it was listed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isTop(place: string): boolean {
  return !place.includes('/');
}
