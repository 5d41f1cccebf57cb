import type { StoreEvent } from '../backend.js';
import { applyChange, type Change, type Edit } from '../change.js';
import { byValue, type Document } from '../document.js';
import { GroupCommit } from '../group-commit.js';
import { FileBackend } from './backend.js';
import { Sites } from './disk/site.js';

/** How an isolated file is opened. */
export interface IsolatedFileOptions {
  /** See `StoreOptions`. */
  allowUnsafe?: boolean;
  isOpaque?: (value: unknown) => boolean;
  onEvent?: (event: StoreEvent) => void;
}

/** Programs that are not isolated may write a hundred times a second: each look takes over what they have done since the last. */
const adoptMs = 50;
const commitMsMax = 10_000;

/**
 * A file whose isolated programs never touch it: what they have changed is committed here, like any change of the store. What
 * others write beside them is taken over soon, by the rules for foreign programs.
 */
export class IsolatedFile {
  readonly #backend: FileBackend;
  readonly #commits: GroupCommit;
  readonly #sites: Sites;
  #timer: NodeJS.Timeout | undefined;
  #endWatch: (() => void) | undefined;

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, options: IsolatedFileOptions) {
    const { allowUnsafe = false, isOpaque, onEvent = () => {} } = options;
    this.#sites = new Sites(file, allowUnsafe);
    const shared = { leaseMs: 1000, queues: true, allowUnsafe, onEvent };
    this.#backend = new FileBackend(file, { ...shared, isOpaque: byValue(isOpaque) });
    this.#commits = new GroupCommit(this.#backend, file);
  }

  /**
   * Makes a missing directory, as the file can only be watched for where one is. Then restores or takes over what there is, as any
   * use of the store does.
   * @throws StoreError where neither is possible
   */
  async begin(): Promise<Document> {
    this.#sites.make().release();
    const document = await this.#backend.read(performance.now() + commitMsMax);
    this.#endWatch = this.#backend.watch(() => this.#adoptSoon());
    return document;
  }

  /**
   * Resolves when the change is in the file, and on the disk.
   * @param kept a state that is kept for `restore`, as the change gives up more than one entry of it
   */
  async commit(edits: readonly Edit[], kept?: Document): Promise<void> {
    const deadline = performance.now() + commitMsMax;
    // Another process that would carry the change along does not keep anything.
    const change: Change = (document) => applyChange(document, edits);
    if (kept) await this.#backend.transact(change, deadline, () => kept);
    else await this.#commits.commit(edits, { deadline, signal: undefined });
  }

  async close(): Promise<void> {
    this.#endWatch?.();
    clearTimeout(this.#timer);
    await this.#commits.idle();
    await this.#backend.close();
  }

  /** A file that is as the last commit has left it is only read. */
  #adoptSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // The next look tries again, and so does any commit, which says what is wrong.
      this.#backend.read(performance.now() + commitMsMax).catch(() => {});
    }, adoptMs).unref();
  }
}
