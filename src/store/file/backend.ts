import { StoreError } from '../../errors/store-error.js';
import type { Backend } from '../backend/backend.js';
import type { Change } from '../document/change.js';
import type { Document } from '../document/document.js';
import { listWaiting } from './commit/survey.js';
import type { AttemptOptions, RepairWish, Wish } from './commit/task.js';
import { type Site, Sites } from './disk/site.js';
import { HeldIntent } from './held-intent.js';
import type { FileBackendOptions } from './options.js';
import { Reader } from './reader.js';
import { ReplacedFiles } from './replaced-files.js';
import { Transaction } from './transaction.js';
import { watchFile } from './watch.js';

/** The default backend: one file, intents for safety, a queue for progress. */
export class FileBackend implements Backend {
  readonly #options: FileBackendOptions;
  readonly #sites: Sites;
  readonly #reader: Reader;
  readonly #held: HeldIntent;
  readonly #replaced: ReplacedFiles | undefined;
  /** One commit at a time. A read that restores or adopts the file commits, too, and waits for those of the store. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(file: string, options: FileBackendOptions) {
    this.#options = options;
    this.#sites = new Sites(file, options.allowUnsafe, options.format);
    this.#reader = new Reader(this.#sites);
    this.#replaced = options.onLate && new ReplacedFiles(options.onLate);
    this.#held = new HeldIntent(options, this.#replaced);
  }

  async read(deadline: number): Promise<Document> {
    const { document, isSound } = await this.#reader.read(deadline);
    if (document && isSound) return document;
    // An empty change: the commit restores or takes over what there is, or says why it can't.
    let committed: Document = new Map();
    try {
      await this.transact((current) => {
        committed = current;
        return current;
      }, deadline);
    } catch (error) {
      // What a foreign program wrote can be read even where we may not write.
      if (document && error instanceof StoreError && error.code === 'E_IO') return document;
      throw error;
    }
    return committed;
  }

  /** @param generation see `ChangeWish` */
  async transact(change: Change, deadline: number, generation?: () => Document | undefined): Promise<void> {
    await this.#enqueue({ kind: 'change', change, generation }, deadline);
  }

  /** Repairs or adopts what the file holds, unless that changes meanwhile. */
  async repair(wish: RepairWish, deadline: number): Promise<void> {
    this.#replaced?.look();
    await this.#enqueue(wish, deadline);
  }

  async rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void> {
    await this.#enqueue({ kind: 'rewrite', isWanted }, deadline);
  }

  watch(listener: (document: Document) => void): () => void {
    return watchFile(this.#sites, listener);
  }

  async close(): Promise<void> {
    await this.#last;
    this.#replaced?.close();
    this.#held.end();
    this.#reader.close();
  }

  async #enqueue(wish: Wish, deadline: number): Promise<void> {
    const commit = this.#last.then(() => this.#commit(wish, deadline));
    this.#last = commit.catch(() => {});
    await commit;
  }

  /** Takes the held intent out of its rest, commits, and lets it rest again, in which it serves others. */
  async #commit(wish: Wish, deadline: number): Promise<void> {
    const shared = { sites: this.#sites, held: this.#held, options: this.#options };
    this.#held.hold();
    try {
      await new Transaction(shared, wish, deadline).run();
    } finally {
      this.#held.restLater(() => this.#serve());
    }
  }

  /** Commits what others have asked for meanwhile, so that none of them has to take over first. */
  #serve(): void {
    this.#last = this.#last.then(async () => {
      this.#held.hold();
      try {
        const { site } = this.#held;
        if (site && this.#sites.isAt(site) && hasRequests(site))
          await this.#held.attempt(site, nothingOfOurOwn);
        else this.#held.end();
      } catch {
        // The changes are those of others: each of them waits for another process, or tries itself.
        this.#held.end();
      }
      this.#held.restLater(() => this.#serve());
    });
  }
}

/** An attempt that commits what others ask for. */
const nothingOfOurOwn: AttemptOptions = {
  wish: { kind: 'change', change: [], generation: undefined },
  own: undefined,
  unresponsive: new Set(),
  earlier: {},
};

function hasRequests(site: Site): boolean {
  const intents = site.findIntents();
  return intents !== undefined && listWaiting(intents).some(({ kind }) => kind === 'request');
}
