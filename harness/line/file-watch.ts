import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { Subject } from '../core/scenario.js';
import type { FileEvent, Looks, ValueId } from '../history/events.js';
import { nameOfContent } from '../history/version-name.js';
import { Durations } from './durations.js';
import { entriesIn, type ReadBytes, whyUnread } from './foreign-reader.js';

/** A clock of a file system may stand still for so long, in nanoseconds: a write in this time need not change what `stat` says. */
const tickMax = 20_000_000;

export interface Watched {
  file: string;
  subject: Subject;
  read: ReadBytes | undefined;
  /** Nanoseconds since the run's beginning. */
  now: () => number;
  /** Takes each content, and when the one before was last found unchanged. */
  onSight: (sight: FileEvent, seenBefore: number | undefined) => void;
}

/** What `stat` says of a content, or that there was no file. */
interface Identity {
  inode: bigint;
  size: bigint;
  mtime: bigint;
}

/** Looks at a file again and again, as a program would that knows nothing of any store, and passes on each content that it meets. */
export class FileWatch {
  private version = 0;
  private entries: Record<string, ValueId> = {};
  private identity: Identity | undefined;
  private bytes: Buffer | string = '';
  /** When this content was first met, and whether it was the same once the clock must have moved on. */
  private since = 0;
  private isSettled = false;
  /** When this content was last found unchanged. */
  private seen: number | undefined;
  private lastLook: number | undefined;
  private readonly took = new Durations();
  private readonly every = new Durations();

  constructor(private readonly watched: Watched) {}

  look(): void {
    const begun = this.watched.now();
    if (this.lastLook !== undefined) this.every.add(begun - this.lastLook);
    this.lastLook = begun;
    this.lookAt(begun);
    this.took.add(this.watched.now() - begun);
  }

  /** What there is to say once all looks are over. */
  get end(): { looks: Looks; seen: number | undefined } {
    const { took, every, seen } = this;
    const { count, median, max } = took;
    return { looks: { count, median, max, everyMedian: every.median, everyMax: every.max }, seen };
  }

  private lookAt(begun: number): void {
    const stats = statSync(this.watched.file, { bigint: true, throwIfNoEntry: false });
    // A dangling link: no client has written yet.
    if (!stats && this.version === 0) return;
    if (this.version > 0 && isSame(this.identity, stats)) this.lookAgain(begun);
    else this.meet(begun, this.readBytes());
  }

  /** Nothing but the bytes themselves shows that they are the same, as long as the clock may have stood still. */
  private lookAgain(begun: number): void {
    if (!this.isSettled && this.identity !== undefined) {
      const found = this.readBytes();
      if (!isEqual(found.bytes, this.bytes)) {
        this.meet(begun, found);
        return;
      }
      this.isSettled = begun > this.since + tickMax;
    }
    this.seen = begun;
  }

  private meet(begun: number, { time, until, bytes, identity }: Found): void {
    const { subject, read, onSight } = this.watched;
    const entries = typeof bytes === 'string' ? bytes : entriesIn(bytes, subject, read);
    const isBroken = typeof entries === 'string';
    const before = this.entries;
    const seenBefore = this.seen;
    this.since = begun;
    this.isSettled = false;
    this.bytes = bytes;
    this.identity = identity;
    this.seen = time;
    if (!isBroken) this.entries = entries;
    const set = isBroken ? [] : Object.entries(entries).filter(([key, value]) => before[key] !== value);
    onSight(
      {
        type: 'file',
        time,
        until,
        version: ++this.version,
        broken: isBroken ? entries : null,
        set: Object.fromEntries(set),
        removed: isBroken ? [] : Object.keys(before).filter((key) => !Object.hasOwn(entries, key)),
        ...(identity && {
          inode: String(identity.inode),
          size: Number(identity.size),
          mtime: String(identity.mtime),
        }),
        ...(typeof bytes === 'string' ? {} : { hash: nameOfContent(bytes) }),
      },
      seenBefore,
    );
  }

  private readBytes(): Found {
    const { file, now } = this.watched;
    const time = now();
    let descriptor: number | undefined;
    try {
      descriptor = openSync(file, 'r');
      const identity = identityOf(fstatSync(descriptor, { bigint: true }));
      const bytes = readAll(descriptor, Number(identity.size));
      return { time, until: now(), bytes, identity };
    } catch (error) {
      return { time, until: now(), bytes: whyUnread(error), identity: undefined };
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
}

/** What one opening of the file gave. */
interface Found {
  time: number;
  until: number;
  /** Or why there are none. */
  bytes: Buffer | string;
  /** Of the very file that they are from. */
  identity: Identity | undefined;
}

/** To the end, which may have moved since its size was looked up. */
function readAll(descriptor: number, size: number): Buffer {
  let buffer = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += count;
    if (count === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}

function identityOf({ ino, size, mtimeNs }: BigIntStats): Identity {
  return { inode: ino, size, mtime: mtimeNs };
}

function isSame(identity: Identity | undefined, stats: BigIntStats | undefined): boolean {
  if (!identity || !stats) return identity === stats;
  return identity.inode === stats.ino && identity.size === stats.size && identity.mtime === stats.mtimeNs;
}

function isEqual(a: Buffer | string, b: Buffer | string): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.equals(b);
}
