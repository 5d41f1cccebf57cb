import { applyChange, type Change } from './change.js';
import { differences } from './differences.js';
import type { Document } from './document.js';

/** What a change makes of a document, and what of it decides that. */
export interface Applied {
  /** The new value of each entry that differs; undefined where it is removed. */
  edits: ReadonlyMap<string, string | undefined>;
  /** The keys whose entries must still be as they were, present or not, for the edits to be right. */
  dependsOn: ReadonlySet<string> | 'all';
}

/**
 * Applies a change, and finds out what it goes by: an `update` of one entry goes by that entry alone, and meets no commit of another.
 * @returns undefined if nothing has to be written
 */
export function applyWatched(document: Document, change: Change): Applied | undefined {
  const looks = new Looks();
  const watched = new WatchedDocument(document, looks);
  const next = applyChange(watched, change);
  if (next === watched) return undefined;
  const [isAll, keys] = [looks.isAll, new Set(looks.keys)];
  const edits = differences(document, next);
  // What was written as it was is not written at all: it must not have become something else meanwhile.
  for (const key of looks.written) if (!edits.has(key)) keys.add(key);
  return { edits, dependsOn: isAll ? 'all' : keys };
}

class Looks {
  readonly keys = new Set<string>();
  readonly written = new Set<string>();
  isAll = false;
}

/** Notes what is read of it and of its copies. Whoever lists its entries has read all of them. */
class WatchedDocument extends Map<string, string> {
  readonly #looks: Looks;

  constructor(entries: Iterable<readonly [key: string, raw: string]>, looks: Looks) {
    super();
    this.#looks = looks;
    for (const [key, raw] of entries) super.set(key, raw);
  }

  /** See `copyOf`. */
  copy(): Map<string, string> {
    return new WatchedDocument(super.entries(), this.#looks);
  }

  override get(key: string): string | undefined {
    this.#looks.keys.add(key);
    return super.get(key);
  }

  override has(key: string): boolean {
    this.#looks.keys.add(key);
    return super.has(key);
  }

  override set(key: string, raw: string): this {
    this.#looks.written.add(key);
    return super.set(key, raw);
  }

  override delete(key: string): boolean {
    this.#looks.written.add(key);
    return super.delete(key);
  }

  override get size(): number {
    this.#looks.isAll = true;
    return super.size;
  }

  override keys(): MapIterator<string> {
    this.#looks.isAll = true;
    return super.keys();
  }

  override values(): MapIterator<string> {
    this.#looks.isAll = true;
    return super.values();
  }

  override entries(): MapIterator<[string, string]> {
    this.#looks.isAll = true;
    return super.entries();
  }

  override forEach(...call: Parameters<Map<string, string>['forEach']>): void {
    this.#looks.isAll = true;
    super.forEach(...call);
  }

  override [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }
}
