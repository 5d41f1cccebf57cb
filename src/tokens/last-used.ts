import { closeSync, fchmodSync, fchownSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { errnoOf, StoreError } from '../errors/store-error.js';
import type { Location } from '../surroundings/locate.js';
import { Locator } from '../surroundings/locator.js';
import { readAll } from '../surroundings/reading.js';
import { openRegular } from '../surroundings/regular-file.js';
import type { UseNotes } from './token-source.js';
import { decodeUses, encodeUses, LastUses, PendingUses, type UsedAt, withUses } from './use-times.js';

/** Uses within this time of the first are written together with it. */
const gatherMs = 1000;

/** Some 100,000 tokens. */
const bytesMax = 4 * 1024 * 1024;

/**
 * Notes when each token was last used, to the minute, in a file of its own beside the token file: every server writes it, and
 * the token file must only change when a token does. Best effort: anything but a readable file is left alone, a file without
 * notes is replaced, and where two processes write at once one note may be a minute late. Authentication never reads it.
 */
export class LastUsed implements UseNotes {
  readonly #locator: Locator;
  readonly #pending = new PendingUses();
  #timer: NodeJS.Timeout | undefined;

  constructor(tokenFile: string, allowUnsafe = false) {
    this.#locator = new Locator(tokenFile, allowUnsafe);
  }

  record(id: string, now: number): void {
    if (this.#pending.add(id, now)) this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref();
  }

  /** Never fails: the result says what can't be read. */
  read(): LastUses {
    try {
      return this.#beside(read) ?? new LastUses(new Map());
    } catch (error) {
      const file = (error instanceof StoreError && error.file) || this.#locator.file;
      return new LastUses(new Map(), { file, reason: reasonOf(error) });
    }
  }

  /** Writes what has been noted. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const uses = this.#pending.take();
    if (!uses) return;
    if (!this.#change((before) => withUses(before, uses))) this.#pending.giveBack(uses);
  }

  forget(id: string): void {
    this.#change(({ times }) => {
      const all = new Map(times);
      return all.delete(id) ? all : undefined;
    });
  }

  /** @param edit returns undefined where nothing is to be written @returns whether something was */
  #change(edit: (before: LastUses) => UsedAt | undefined): boolean {
    try {
      const isWritten = this.#beside((location) => {
        const all = edit(read(location));
        if (all) write(location, encodeUses(all));
        return all !== undefined;
      });
      return isWritten ?? false;
    } catch {
      // Authentication never reads it.
      return false;
    }
  }

  /** In the directory of the token file. Undefined where that is missing. */
  #beside<T>(use: (location: Location) => T): T | undefined {
    const location = this.#locator.find();
    if (!location) return undefined;
    try {
      return use(location);
    } finally {
      location.directory.close();
    }
  }
}

function nameOf({ name }: Location): string {
  return `${name}.used`;
}

/**
 * A file that holds no notes is `unreadable`: the disk may have been full when half of them were written.
 * @throws StoreError for anything but a file, for another user's file, and for one that can't be read
 */
function read(location: Location): LastUses {
  const opened = openRegular(location, nameOf(location));
  if (!opened) return new LastUses(new Map());
  const file = `${location.file}.used`;
  try {
    const size = Number(opened.stats.size);
    const reason = `it has ${size} bytes, and at most ${bytesMax} are read`;
    if (size > bytesMax) return new LastUses(new Map(), { file, reason });
    return decodeUses(readAll(opened.descriptor, size).toString('utf8'), file);
  } finally {
    closeSync(opened.descriptor);
  }
}

/** The path is reported beside it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof StoreError)) return errnoOf(error) ?? String(error);
  const { cause } = error;
  return errnoOf(cause) ?? (cause instanceof Error ? cause.message : error.message);
}

function write(location: Location, text: string): void {
  const { directory, trust } = location;
  const staged = directory.at(`${nameOf(location)}.new`);
  try {
    stage(staged, text, trust.isRoot ? directory.stats : undefined);
    renameSync(staged, directory.at(nameOf(location)));
  } catch (error) {
    // It is another process's, or a killed process has left it behind: then it is in the way of all.
    unlinkSync(staged);
    throw error;
  }
}

/** Private from its birth: `writeFileSync` of Deno makes the file first and narrows its mode then. */
function stage(place: string, text: string, owner: { uid: number; gid: number } | undefined): void {
  const descriptor = openSync(place, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fchmodSync(descriptor, 0o600);
    if (owner && owner.uid !== 0) fchownSync(descriptor, owner.uid, owner.gid);
  } finally {
    closeSync(descriptor);
  }
}
