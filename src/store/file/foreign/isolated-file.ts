import { existsSync, statSync } from 'node:fs';
import type { StoreEvent } from '../../backend/backend.js';
import { GroupCommit } from '../../backend/group-commit.js';
import { applyChange, type Change, type Edit } from '../../document/change.js';
import { byValue, type Document } from '../../document/document.js';
import type { DocumentFormat } from '../../document/format.js';
import { FileBackend } from '../backend.js';
import { Sites } from '../disk/site.js';

/** How an isolated file is opened. */
export interface IsolatedFileOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  isOpaque?: (value: unknown) => boolean;
  /** Default: JSON. */
  format?: DocumentFormat | undefined;
  onEvent?: (event: StoreEvent) => void;
}

/** How often the file is looked at for what others have written. A commit looks, too. */
const lookMs = 100;
const commitMsMax = 10_000;

/**
 * A file whose isolated programs never touch it: what they have changed is committed here, like any change of the store. What
 * others write beside them is taken over soon, by the rules for foreign programs.
 */
export class IsolatedFile {
  readonly #file: string;
  readonly #backend: FileBackend;
  readonly #commits: GroupCommit;
  readonly #sites: Sites;
  #timer: NodeJS.Timeout | undefined;
  #committedAt = Number.NEGATIVE_INFINITY;
  #seen = '';

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, options: IsolatedFileOptions) {
    const { allowUnsafe = false, isOpaque, format, onEvent = () => {} } = options;
    this.#file = file;
    this.#sites = new Sites(file, allowUnsafe);
    const shared = { leaseMs: 1000, queues: true, allowUnsafe, format, onEvent };
    this.#backend = new FileBackend(file, { ...shared, isOpaque: byValue(isOpaque) });
    this.#commits = new GroupCommit(this.#backend, file);
  }

  /**
   * Makes a missing directory, as a program is isolated from a file in one that is there. Then restores or takes over what there
   * is, as any use of the store does.
   * @throws StoreError where neither is possible
   */
  async begin(): Promise<void> {
    this.#sites.make().release();
    await this.#backend.read(performance.now() + commitMsMax);
    this.#timer = setInterval(() => this.#poll(), lookMs).unref();
  }

  /**
   * Resolves when the change is in the file, and on the disk.
   * @param edits what has changed
   * @param whole all that was written: this is committed where the file is missing, as there is nothing that could be changed
   * @param kept a state that is kept for `restore`, as the change gives up more than one entry of it
   */
  async commit(edits: readonly Edit[], whole: Document, kept?: Document): Promise<void> {
    const deadline = performance.now() + commitMsMax;
    // Another process that would carry the change along does not keep anything.
    const change: Change = (document) =>
      existsSync(this.#file) ? applyChange(document, edits) : new Map([...document, ...whole]);
    if (!existsSync(this.#file)) await this.#backend.transact(change, deadline);
    else if (edits.length === 0) return;
    else if (kept) await this.#backend.transact(change, deadline, () => kept);
    else await this.#commits.commit(edits, { deadline, signal: undefined });
    this.#committedAt = performance.now();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#commits.idle();
    await this.#backend.close();
  }

  /** Takes over what another program has written. A file that is as a commit has left it is only read, and once. */
  #poll(): void {
    if (performance.now() - this.#committedAt < lookMs) return;
    try {
      const stats = statSync(this.#file, { bigint: true, throwIfNoEntry: false });
      const now = stats ? `${stats.dev}.${stats.ino}.${stats.size}.${stats.mtimeNs}.${stats.ctimeNs}` : '';
      if (now === this.#seen) return;
      this.#seen = now;
    } catch {
      // A directory that may not be entered, say: a commit says so.
      return;
    }
    // The next look tries again, and any commit says what is wrong.
    this.#backend.read(performance.now() + commitMsMax).catch(() => {
      this.#seen = '';
    });
  }
}
