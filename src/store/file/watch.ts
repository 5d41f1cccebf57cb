import { type FSWatcher, statSync, watch } from 'node:fs';
import path from 'node:path';
import type { Document } from '../document/document.js';
import type { Sites } from './disk/site.js';
import { readState } from './disk/state.js';

/**
 * How often the file is polled in any case. There are no events while the directory is missing, after a link on the way was
 * pointed elsewhere, or where the system has no watches left.
 */
const everyMs = 120;
/** Events within this time belong to one change: a commit renames twice, an editor unlinks and creates. */
const coalesceMs = 20;
/** An editor may be about to create the file that it has unlinked, so it must be found missing twice, with this pause. */
const againMs = 40;

/**
 * Calls the listener with the document, at once and whenever it may have changed. There is no call where the file can't be
 * read or holds no document: the last document stands until there is another. Writes nothing, and keeps no process alive.
 * @returns a function that ends the watch
 */
export function watchFile(sites: Sites, listener: (document: Document) => void): () => void {
  const watching = new FileWatch(sites, listener);
  return () => watching.close();
}

class FileWatch {
  readonly #sites: Sites;
  readonly #listener: (document: Document) => void;
  readonly #interval = setInterval(() => this.#poll(), everyMs).unref();
  #timer: NodeJS.Timeout | undefined;
  #directory: { id: string; watcher: FSWatcher } | undefined;
  /** What the last read found. */
  #seen = '';
  /** The read before it found the same. A single read is not enough: two writes within one tick of the clock look alike. */
  #isSettled = false;
  #wasMissing = false;

  constructor(sites: Sites, listener: (document: Document) => void) {
    this.#sites = sites;
    this.#listener = listener;
    this.#poll();
    this.#read('surely');
  }

  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#timer);
    this.#directory?.watcher.close();
    this.#directory = undefined;
  }

  /** Makes one system call where nothing has happened. */
  #poll(): void {
    // For Deno, which ignores `persistent`, and forgets `unref` at each event.
    this.#directory?.watcher.unref();
    if (this.#isSettled && identityOf(this.#sites.file) === this.#seen) return;
    const real = orUndefined(() => this.#realFile());
    if (real !== undefined) this.#listen(real);
    this.#lookIn(0);
  }

  /** Undefined while its directory is missing. */
  #realFile(): string | undefined {
    const site = this.#sites.find();
    site?.release();
    return site?.file;
  }

  /** The watch is on the directory, so it survives the replacement of the file. A replaced directory needs a new watch. */
  #listen(real: string): void {
    const place = path.dirname(real);
    const id = `${real} ${identityOf(place, false)}`;
    if (this.#directory?.id === id) return;
    this.#directory?.watcher.close();
    this.#directory = undefined;
    try {
      const watcher = watch(place, { persistent: false }, (_, name) => {
        if (name === null || name === path.basename(real)) this.#lookIn(coalesceMs);
      });
      this.#directory = { id, watcher };
      watcher.on('error', () => {
        watcher.close();
        if (this.#directory?.watcher === watcher) this.#directory = undefined;
      });
    } catch {
      // Polling has to do until there is a watch.
    }
  }

  #lookIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#read();
    }, ms).unref();
  }

  #read(missing: 'surely' | 'perhaps' = 'perhaps'): void {
    const now = identityOf(this.#sites.file);
    this.#isSettled = now === this.#seen;
    this.#seen = now;
    const document = this.#document();
    if (document === undefined) return;
    const wasMissing = this.#wasMissing;
    this.#wasMissing = document === 'missing';
    if (document !== 'missing') this.#listener(document);
    else if (wasMissing || missing === 'surely') this.#listener(new Map());
    else this.#lookIn(againMs);
  }

  /** Undefined where the file can't be read or holds no document. */
  #document(): Document | 'missing' | undefined {
    return orUndefined(() => {
      const site = this.#sites.find();
      if (!site) return 'missing';
      try {
        const state = readState(site);
        if (state.kind === 'missing') return 'missing';
        return state.kind === 'valid' ? state.document : undefined;
      } finally {
        site.release();
      }
    });
  }
}

/** Differs between two states of a file, or two directories. '' where there is none. */
function identityOf(place: string, withContent = true): string {
  const stats = orUndefined(() => statSync(place, { bigint: true, throwIfNoEntry: false }));
  if (!stats) return '';
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return (withContent ? [dev, ino, size, mtimeNs, ctimeNs] : [dev, ino]).join();
}

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    // A loop of links, say, or a directory that may not be entered or is not safe: there is nothing to read now.
    return undefined;
  }
}
