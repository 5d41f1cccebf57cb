import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';
import type { StoreEvent } from '../../backend/backend.js';
import { byValue, type Document } from '../../document/document.js';
import type { DocumentFormat } from '../../document/format.js';
import { FileBackend } from '../backend.js';
import { readLastCommitted } from '../commit/last-committed.js';
import { reconcile } from '../commit/recovery.js';
import { unusable } from '../commit/seen.js';
import { type Site, Sites } from '../disk/site.js';
import { type FileState, isSame, isSameInode, readState } from '../disk/state.js';
import { GuardLog } from './guard-log.js';

/** What the file holds at one instant. */
export type Sight =
  /** `isInPlace`: in the inode that was seen last, or in one that a store has put there. */
  | { kind: 'valid'; document: Document; isInPlace: boolean }
  | { kind: 'missing' }
  /** Half of a write in place, most likely. */
  | { kind: 'corrupt' };

/** What a guarded file is opened with. */
export interface GuardedFileOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  isOpaque?: (value: unknown) => boolean;
  /** Default: JSON. */
  format?: DocumentFormat | undefined;
  onEvent?: (event: StoreEvent) => void;
  /** Called with what was written into a file that a repair had replaced, and with what that held before. */
  onLate: (document: Document, before: Document) => void;
}

/** A file whose every state is looked at, and that is repaired by commits like any other. */
export class GuardedFile {
  readonly #sites: Sites;
  readonly #backend: FileBackend;
  readonly #isOpaque: ((raw: string) => boolean) | undefined;
  #seen: FileState = { kind: 'missing', identity: 'none' };

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, options: GuardedFileOptions) {
    const { allowUnsafe = false, isOpaque, format, onLate, onEvent = () => {} } = options;
    this.#sites = new Sites(file, allowUnsafe, format);
    this.#isOpaque = byValue(isOpaque);
    this.#backend = new FileBackend(file, {
      leaseMs: 1000,
      queues: true,
      allowUnsafe,
      format,
      onEvent,
      isOpaque: this.#isOpaque,
      onLate: ({ document, before }) => onLate(document, before),
    });
    this.#sites.find()?.release();
  }

  /** The next look is the first again. */
  forget(): void {
    this.#seen = { kind: 'missing', identity: 'none' };
  }

  /** Reads the file now. Undefined where it is as it was at the last look. */
  look(): Sight | undefined {
    const site = this.#sites.find();
    if (!site) return this.#see({ kind: 'missing', identity: 'none' }, undefined);
    try {
      return this.#see(readState(site, this.#seen), site);
    } finally {
      site.release();
    }
  }

  /**
   * Puts into the file what it ought to hold, unless the file changes meanwhile. The function is asked under the fence, perhaps
   * several times; undefined leaves the file as it is.
   * @param how `quick`: at once. `durable`: on the disk when it resolves, and the copy holds it, too
   * @param kept a state that is to be kept for `restore`
   */
  async repair(
    judge: (found: Sight | undefined) => Document | undefined,
    { how, kept, deadlineMs }: { how: 'quick' | 'durable'; kept?: Document | undefined; deadlineMs: number },
  ): Promise<void> {
    const ask = (state: FileState) => {
      const site = this.#sites.find();
      try {
        return judge(this.#see(state, site));
      } finally {
        site?.release();
      }
    };
    await this.#backend.repair(
      { kind: 'repair', judge: ask, generation: () => kept, isQuick: how === 'quick' },
      performance.now() + deadlineMs,
    );
  }

  /** Adopts what other programs have written before the guard was there, as any use of the store does. */
  async adopt(deadlineMs: number): Promise<void> {
    await this.#backend.read(performance.now() + deadlineMs);
  }

  /** Calls back at each event in the directory of the file. @returns undefined where there is no directory, or no watch left */
  watch(onEvent: () => void, onEnd: () => void): (() => void) | undefined {
    let watcher: FSWatcher;
    const site = this.#sites.find();
    if (!site) return undefined;
    const { file } = site;
    site.release();
    try {
      watcher = watch(path.dirname(file), { persistent: false }, (_, name) => {
        if (name === null || name === path.basename(file)) onEvent();
      });
    } catch {
      // The look every 100 ms has to do.
      return undefined;
    }
    watcher.on('error', () => {
      watcher.close();
      onEnd();
    });
    return () => watcher.close();
  }

  /** Opens the notes of a guard, `<file>.guard.jsonl`. Undefined while the directory is missing. */
  static openLog(file: string, allowUnsafe = false): GuardLog | undefined {
    const site = new Sites(file, allowUnsafe).find();
    return site && new GuardLog(site);
  }

  /**
   * What the next use of the store would take over from other programs, and put back. Changes nothing.
   * @throws StoreError `E_CORRUPT` where it would, too
   */
  foresee(): { adopted: string[]; putBack: string[] } {
    const site = this.#sites.find();
    if (!site) return { adopted: [], putBack: [] };
    try {
      const last = readLastCommitted(site);
      const state = readState(site);
      const beliefs = { isOpaque: this.#isOpaque, format: site.format };
      const recovery = reconcile(state, last, undefined, beliefs) ?? unusable(site, state, last);
      if (recovery.restores) return { adopted: [], putBack: [...recovery.base.keys()] };
      const { adopted = [], putBack = [] } = recovery.merge ?? {};
      return { adopted, putBack };
    } finally {
      site.release();
    }
  }

  async close(): Promise<void> {
    await this.#backend.close();
  }

  #see(state: FileState, site: Site | undefined): Sight | undefined {
    const before = this.#seen;
    if (isSame(before, state) && before.identity === state.identity) return undefined;
    this.#seen = state;
    if (state.kind !== 'valid') return { kind: state.kind };
    return { kind: 'valid', document: state.document, isInPlace: isInPlace(before, state, site) };
  }
}

function isInPlace(before: FileState, { identity }: FileState, site: Site | undefined): boolean {
  if (isSameInode(identity, before.identity)) return true;
  const last = site && readLastCommitted(site);
  return last !== undefined && isSameInode(identity, last.identity);
}
