import { closeSync, fchmodSync, fchownSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import * as v from 'valibot';
import { readAll } from '../store/reading.js';
import type { Location } from '../surroundings/locate.js';
import { Locator } from '../surroundings/locator.js';
import { openRegular } from '../surroundings/regular-file.js';

/** A token that is used all the time is noted this often. */
const everyMs = 60_000;
/** What is used within this time of the first is written with it. */
const gatherMs = 1000;

/** Some 100,000 tokens. */
const bytesMax = 4 * 1024 * 1024;

const schema = v.record(v.string(), v.pipe(v.number(), v.safeInteger()));

/**
 * When each token was last used, to the minute, in a file of its own beside the token file: it is written by every server,
 * and the token file must only change when a token does. Best effort: what can't be read or written is left
 * alone, and of two processes that write at once one may be a minute late. Nobody is let in, or refused, by it.
 */
export class LastUsed {
  readonly #locator: Locator;
  readonly #noted = new Map<string, number>();
  #pending = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tokenFile: string, allowUnsafe = false) {
    this.#locator = new Locator(tokenFile, allowUnsafe);
  }

  note(id: string, now: number): void {
    const before = this.#noted.get(id);
    if (before !== undefined && now - before < everyMs && now >= before) return;
    this.#noted.set(id, now);
    this.#pending.set(id, now);
    this.#timer ??= setTimeout(() => this.flush(), gatherMs).unref();
  }

  /** Id to milliseconds since 1970; nothing where nothing can be read. A map: `toString` is an id like others. */
  read(): Map<string, number> {
    return this.#beside((location) => read(location)) ?? new Map();
  }

  /** Writes what has been noted. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    const noted = this.#pending;
    this.#pending = new Map();
    const isWritten = this.#change((all) => {
      for (const [id, at] of noted) all.set(id, Math.max(at, all.get(id) ?? 0));
    });
    // The next use of these tries again.
    if (!isWritten) for (const id of noted.keys()) this.#noted.delete(id);
  }

  forget(id: string): void {
    if (this.read().has(id)) this.#change((all) => all.delete(id));
  }

  #change(edit: (all: Map<string, number>) => void): boolean {
    const isWritten = this.#beside((location) => {
      const all = read(location) ?? new Map<string, number>();
      edit(all);
      write(location, JSON.stringify(Object.fromEntries(all)));
      return true;
    });
    return isWritten ?? false;
  }

  /** In the directory of the token file. Undefined where that can't be used. */
  #beside<T>(use: (location: Location) => T): T | undefined {
    try {
      const location = this.#locator.find();
      if (!location) return undefined;
      try {
        return use(location);
      } finally {
        location.directory.close();
      }
    } catch {
      // Nobody is let in, or refused, by it.
      return undefined;
    }
  }
}

function nameOf({ name }: Location): string {
  return `${name}.used`;
}

function read(location: Location): Map<string, number> | undefined {
  const opened = openRegular(location, nameOf(location));
  if (!opened) return undefined;
  try {
    const size = Number(opened.stats.size);
    const text = size > bytesMax ? '' : readAll(opened.descriptor, size).toString('utf8');
    const result = v.safeParse(schema, parse(text));
    return new Map(result.success ? Object.entries(result.output) : []);
  } finally {
    closeSync(opened.descriptor);
  }
}

/** Undefined for what is not JSON: half of it may have been written when the disk was full. */
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
    // Another process's, or left behind by one that was killed: then it is in everybody's way.
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
