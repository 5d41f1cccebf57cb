import type { Stats } from 'node:fs';
import path from 'node:path';
import type { Disk } from '../../line/disk.js';
import { mayChangeNames } from '../protocol/act.js';
import type { CallToMake } from '../protocol/protocol.js';

/** What lies at a path: its kind, and the system's number. */
export interface PlacedFile {
  id: string;
  kind: 'file' | 'directory' | 'link';
  target?: string;
}

/** What lies at a path, whole. Follows no link. */
export type LookUp = (place: string) => PlacedFile | undefined;

/** Which file is where, by the system's numbers. Most calls change nothing of that, and to look again takes time. */
export class Places {
  private readonly found = new Map<string, PlacedFile | undefined>();
  /** By numbers of directories: where they were when they were seen last. */
  private readonly seen = new Map<string, string>();
  private readonly gone = new Set<string>();

  constructor(
    readonly root: string,
    private readonly disk: Disk,
    private readonly lookUp: LookUp = lookUpOn(disk),
  ) {}

  /** Follows no link. @returns undefined if there is none */
  at(place: string): PlacedFile | undefined {
    if (!this.found.has(place)) {
      const found = this.lookUp(place === '' ? this.root : `${this.root}/${place}`);
      this.found.set(place, found);
      if (found?.kind === 'directory') this.seen.set(found.id, place);
    }
    return this.found.get(place);
  }

  /** Where a directory is now. One that is held open keeps its number for itself. @returns undefined if it was removed */
  directory(id: string): string | undefined {
    const before = this.seen.get(id);
    if (before !== undefined && this.at(before)?.id === id) return before;
    if (this.gone.has(id)) return undefined;
    for (const place of this.directoriesBelow('')) if (this.at(place)?.id === id) return place;
    this.gone.add(id);
    return undefined;
  }

  /** Where it was last. */
  lastSeen(id: string): string | undefined {
    return this.seen.get(id);
  }

  /** A call was made, which may have changed names. */
  forgetAfter(call: CallToMake): void {
    if (mayChangeNames(call)) this.forgetNames();
  }

  /** Everything may be elsewhere. */
  forgetNames(): void {
    this.found.clear();
    this.gone.clear();
  }

  /** Everything is another one. */
  forget(): void {
    this.forgetNames();
    this.seen.clear();
  }

  private directoriesBelow(place: string): string[] {
    const below = this.disk
      .readdirSync(path.join(this.root, place), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => this.directoriesBelow(path.join(place, entry.name)));
    return [place, ...below];
  }
}

function lookUpOn(disk: Disk): LookUp {
  return (whole) => {
    const stats = statsOf(whole, disk);
    if (!stats) return undefined;
    const id = String(stats.ino);
    if (stats.isSymbolicLink()) return { id, kind: 'link', target: disk.readlinkSync(whole) };
    return { id, kind: stats.isDirectory() ? 'directory' : 'file' };
  };
}

function statsOf(place: string, disk: Disk): Stats | undefined {
  try {
    return disk.lstatSync(place, { throwIfNoEntry: false });
  } catch (error) {
    // Nothing is there: what it was looked for in may be a file by now, or a link.
    if (/^(ENOTDIR|ELOOP|ENAMETOOLONG|EACCES)$/.test((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}
