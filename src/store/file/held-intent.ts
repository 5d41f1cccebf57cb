import { attemptCommit } from './commit/commit.js';
import type { Beliefs } from './commit/recovery.js';
import type { Attempt, AttemptOptions, Known, Task } from './commit/task.js';
import type { Site } from './disk/site.js';
import { closeLater } from './disk/stage.js';
import { createIntent, type Intent, release } from './queue/intents.js';
import type { ReplacedFiles } from './replaced-files.js';

/** How long an intent may rest between two commits. Its timer holds the process, so that an exit leaves nothing behind. */
const restMs = 5;
/** The same while other processes wait: as long as they take to make their next requests. */
const gatherMs = 1;
/** For so long one process carries the others along. Then it is the turn of another. */
const termMs = 50;
/** An intent is held only for a commit that follows another within this time. A process that writes once does not need it. */
const soonMs = 50;
/** How long contention is assumed after another process was seen. */
const crowdMs = 200;

interface Held {
  intent: Intent;
  site: Site;
  kind: 'intent' | 'standing';
  since: number;
  known: Known | undefined;
}

/**
 * The intent that a process keeps between its commits. It saves making and removing one each time and, as long as it is
 * there, reading: a process that commits in between must destroy it first.
 *
 * While no other process is about it is a standing intent, which others destroy at once. While others are about it is one
 * that they wait for, and its holder commits what they ask for together with its own changes, and also without any.
 */
export class HeldIntent {
  /** The name of the intent that was in our way last. */
  lastHolder: string | undefined;
  readonly #beliefs: Beliefs;
  readonly #replaced: ReplacedFiles | undefined;
  #held: Held | undefined;
  #rest: NodeJS.Timeout | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastCrowd = Number.NEGATIVE_INFINITY;

  /** @param replaced takes the files that commits have replaced. Default: they are closed */
  constructor(beliefs: Beliefs, replaced?: ReplacedFiles) {
    this.#beliefs = beliefs;
    this.#replaced = replaced;
  }

  get isCrowded(): boolean {
    return performance.now() - this.#lastCrowd < crowdMs;
  }

  noteCrowd(): void {
    this.#lastCrowd = performance.now();
  }

  /** The site of the intent that is held. */
  get site(): Site | undefined {
    return this.#held?.site;
  }

  isFor(site: Site): boolean {
    const held = this.#held?.site;
    return held === site || (held?.file === site.file && held.directory.isSame(site.directory.stats));
  }

  /** A commit begins: the intent must not end meanwhile. */
  hold(): void {
    clearTimeout(this.#rest);
  }

  /** The commit is over, and another may follow at once. @param serve commits what others ask for */
  restLater(serve: () => void): void {
    if (this.#held?.kind === 'intent') this.#rest = setTimeout(serve, gatherMs);
    else if (this.#held) this.#rest = setTimeout(() => this.end(), restMs);
  }

  /** One attempt, under the intent that is held or a new one. Afterwards that is kept if it is of use, and ended otherwise. */
  async attempt(site: Site, options: AttemptOptions): Promise<Attempt> {
    const held = this.#take(site);
    const { intent, known } = held;
    let attempt: Attempt | undefined;
    try {
      attempt = await attemptCommit(site, intent, this.#taskUnder(held, options));
      return attempt;
    } finally {
      this.#settle(attempt, known);
    }
  }

  end(): void {
    clearTimeout(this.#rest);
    if (this.#held) {
      release(this.#held.intent);
      closeLater(this.#held.known?.files ?? []);
      this.#held.site.release();
    }
    this.#held = undefined;
  }

  #taskUnder({ kind, known }: Held, options: AttemptOptions): Task {
    // A request of our own is read from the directory of intents, so that is listed even under a standing intent.
    const keeps = kind === 'standing' && options.own === undefined;
    const { revocable, isOpaque } = this.#beliefs;
    const looksBack = this.#replaced !== undefined;
    const task = { ...options, keeps, looksBack, revocable, isOpaque };
    return known ? { ...task, kind: 'held', known } : { ...task, kind: 'fresh' };
  }

  /** The intent that is held, or a new one. */
  #take(site: Site): Held {
    if (this.#held && this.isFor(site)) return this.#held;
    this.end();
    const isSoon = performance.now() - this.#lastCommit < soonMs;
    const kind = isSoon && !this.isCrowded ? 'standing' : 'intent';
    const intent = createIntent(site, kind);
    this.#held = { intent, site: site.retain(), kind, since: performance.now(), known: undefined };
    return this.#held;
  }

  /** @param before what was known when the attempt began */
  #settle(attempt: Attempt | undefined, before: Known | undefined): void {
    const now = performance.now();
    this.#lastCommit = now;
    if (attempt?.kind === 'fenced') this.noteCrowd();
    if (attempt?.kind !== 'committed') {
      this.end();
      return;
    }
    const { known, ended, isAwaited, replaced } = attempt;
    if (replaced) this.#replaced?.add(replaced);
    if (ended.size > 0) this.noteCrowd();
    const held = this.#held;
    if (!held) {
      // The store was closed during an attempt for others.
      if (known !== before) closeLater(known?.files ?? []);
      this.end();
      return;
    }
    held.known = known;
    const servesOthers = ended.size > 0 && !isAwaited && now - held.since < termMs;
    if (held.kind === 'intent' && !servesOthers) this.end();
  }
}
