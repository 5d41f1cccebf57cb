import { closeSync, fchmodSync, fchownSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { errnoOf, StoreError } from '../errors/store-error.js';
import type { Location } from '../surroundings/locate.js';
import { Locator } from '../surroundings/locator.js';
import { readAll } from '../surroundings/reading.js';
import { openRegular } from '../surroundings/regular-file.js';

/** The last use of a busy token is noted this often. */
const everyMs = 60_000;
/** Uses within this time of the first are written together with it. */
const gatherMs = 1000;

/** Some 100,000 tokens. */
const bytesMax = 4 * 1024 * 1024;

const schema = /* @__PURE__ */ timesSchema();

function timesSchema() {
  return v.record(v.string(), v.pipe(v.number(), v.safeInteger()));
}

/** A key among the ids whose value is a time: the notes of uses before it were damaged, so those are unknown. */
const lostKey = '*';

/** Id to milliseconds since 1970. A map: `toString` is an id like others. */
type UsedAt = Map<string, number>;

/** Milliseconds since 1970; null: never; 'unknown': the notes can't be read, or were damaged. */
export type LastUse = number | null | 'unknown';

/** What the notes say, or why they say nothing. */
export class LastUses {
  constructor(
    readonly times: ReadonlyMap<string, number>,
    readonly unreadable?: { file: string; reason: string },
  ) {}

  /** @param createdAt undefined where that is not known */
  of(id: string, createdAt: number | undefined): LastUse {
    if (this.unreadable) return 'unknown';
    const at = this.times.get(id);
    if (at !== undefined) return at;
    const lostAt = this.times.get(lostKey);
    return lostAt === undefined || (createdAt !== undefined && createdAt > lostAt) ? null : 'unknown';
  }
}

/**
 * Notes when each token was last used, to the minute, in a file of its own beside the token file: every server writes it, and
 * the token file must only change when a token does. Best effort: anything but a readable file is left alone, a file without
 * notes is replaced, and where two processes write at once one note may be a minute late. Authentication never reads it.
 */
export class LastUsed {
  readonly #locator: Locator;
  readonly #noted = new Map<string, number>();
  #pending = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tokenFile: string, allowUnsafe = false) {
    this.#locator = new Locator(tokenFile, allowUnsafe);
  }

  record(id: string, now: number): void {
    const before = this.#noted.get(id);
    if (before !== undefined && now - before < everyMs && now >= before) return;
    this.#noted.set(id, now);
    this.#pending.set(id, now);
    this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref();
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
    if (this.#pending.size === 0) return;
    const noted = this.#pending;
    this.#pending = new Map();
    const now = Math.max(...noted.values());
    const isWritten = this.#change(({ unreadable }, all) => {
      if (unreadable) all.set(lostKey, now);
      for (const [id, at] of noted) all.set(id, Math.max(at, all.get(id) ?? 0));
      return true;
    });
    // The next use of these tries again.
    if (!isWritten) for (const id of noted.keys()) this.#noted.delete(id);
  }

  forget(id: string): void {
    this.#change((_, all) => all.delete(id));
  }

  /** @param edit returns false where nothing is to be written @returns whether something was */
  #change(edit: (before: LastUses, all: UsedAt) => boolean): boolean {
    try {
      const isWritten = this.#beside((location) => {
        const before = read(location);
        const all = new Map(before.times);
        if (!edit(before, all)) return false;
        write(location, JSON.stringify(Object.fromEntries(all)));
        return true;
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
  const unreadable = (reason: string) => new LastUses(new Map(), { file: `${location.file}.used`, reason });
  try {
    const size = Number(opened.stats.size);
    if (size > bytesMax) return unreadable(`it has ${size} bytes, and at most ${bytesMax} are read`);
    const bytes = readAll(opened.descriptor, size);
    const json = parse(bytes.toString('utf8'));
    if (json === undefined) return unreadable(`its ${bytes.length} bytes are not JSON`);
    const result = v.safeParse(schema, json);
    if (!result.success) return unreadable('an object of times was expected, and it is another JSON value');
    return new LastUses(new Map(Object.entries(result.output)));
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

/** Undefined for what is not JSON. The error's text quotes the document, so it is dropped on purpose. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
