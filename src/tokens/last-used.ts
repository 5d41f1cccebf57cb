import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import * as v from 'valibot';

/** A token that is used all the time is noted this often. */
const everyMs = 60_000;
/** What is used within this time of the first is written with it. */
const gatherMs = 1000;

const schema = v.record(v.string(), v.pipe(v.number(), v.safeInteger()));

/**
 * When each token was last used, to the minute, in a file of its own beside the token file: it is written by every server,
 * and the token file must only change when a token does. Best effort: what can't be read or written is left
 * alone, and of two processes that write at once one may be a minute late. Nobody is let in, or refused, by it.
 */
export class LastUsed {
  readonly #file: string;
  readonly #noted = new Map<string, number>();
  #pending = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(tokenFile: string) {
    this.#file = `${tokenFile}.used`;
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
    try {
      const result = v.safeParse(schema, JSON.parse(readFileSync(this.#file, 'utf8')));
      return new Map(result.success ? Object.entries(result.output) : []);
    } catch {
      return new Map();
    }
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
    const all = this.read();
    edit(all);
    const staged = `${this.#file}.new`;
    try {
      write(staged, JSON.stringify(Object.fromEntries(all)));
      renameSync(staged, this.#file);
      return true;
    } catch {
      // Another process's, or left behind by one that was killed: then it is in everybody's way.
      removeIfThere(staged);
      return false;
    }
  }
}

/** Private from its birth: `writeFileSync` of Deno makes the file first and narrows its mode then. */
function write(place: string, text: string): void {
  const descriptor = openSync(place, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
}

function removeIfThere(place: string): void {
  try {
    unlinkSync(place);
  } catch {
    // Nothing more can be done, and nobody waits for it.
  }
}
