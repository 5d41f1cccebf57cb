import type { FileEvent } from '../../../history/events.js';
import type { ContentRow } from '../data.js';
import type { Wanted } from './collector.js';
import { sentenceMax, shortened } from './shortened.js';

const namesMax = 8;
const micros = (time: number) => Math.round(time / 1e3);

/** Follows the file from content to content, and keeps those that pictures show. */
export class ContentTracker {
  private readonly keys = new Set<string>();
  /** The highest number that was seen of each client's writes: what is above it is new. */
  private readonly newest = new Map<string, number>();
  private readonly rows: ContentRow[] = [];
  private last: ContentRow | undefined;
  private inode: string | undefined;

  constructor(private readonly wanted: Pick<Wanted, 'windows' | 'contents'>) {}

  /** @returns true for one that a picture asks for by its number */
  add(event: FileEvent): boolean {
    const { time, until, version, broken, set, removed } = event;
    const names = Object.keys(set);
    let fresh = 0;
    if (broken === null) {
      for (const key of removed) this.keys.delete(key);
      for (const [key, value] of Object.entries(set)) {
        this.keys.add(key);
        if (this.isNew(value)) fresh++;
      }
    }
    if (this.last !== undefined) this.last[4] = micros(time);
    const row: ContentRow = [
      version,
      micros(time),
      micros(until),
      event.seen === undefined ? null : micros(event.seen),
      null,
      broken === null ? null : shortened(broken, sentenceMax),
      this.keys.size,
      Math.max(0, fresh - 1),
      names.slice(0, namesMax).map((key) => `${shortened(key)} = ${shortened(set[key] ?? '')}`),
      removed.slice(0, namesMax).map((key) => shortened(key)),
      this.writtenOf(event),
    ];
    if (names.length > namesMax) row[8].push(`and ${names.length - namesMax} more`);
    if (removed.length > namesMax) row[9].push(`and ${removed.length - namesMax} more`);
    this.last = row;
    const isWanted = this.wanted.contents.has(version);
    const { windows } = this.wanted;
    if (isWanted || (windows.touch(time, until) && windows.take('contents', time, until)))
      this.rows.push(row);
    return isWanted;
  }

  /** `tui-1.0.17` is newer than `tui-1.0.16`: a client writes one after another. */
  private isNew(value: string): boolean {
    const dot = value.lastIndexOf('.');
    const [client, number] = [value.slice(0, dot), Number(value.slice(dot + 1))];
    if (client.startsWith('seed') || !(number > (this.newest.get(client) ?? -1))) return false;
    this.newest.set(client, number);
    return true;
  }

  private writtenOf({ inode, size, mtime }: FileEvent): string {
    const isReplaced = inode !== undefined && this.inode !== undefined && inode !== this.inode;
    const isSame = inode !== undefined && inode === this.inode;
    if (inode !== undefined) this.inode = inode;
    return [
      size === undefined ? '' : `${size} bytes`,
      isReplaced ? 'a new file in the place of the old one' : isSame ? 'the same file, rewritten' : '',
      mtime === undefined ? '' : `modified at ${mtime} ns`,
    ]
      .filter((part) => part !== '')
      .join(', ');
  }

  /** @returns the contents in order */
  finish(): ContentRow[] {
    return this.rows;
  }
}
