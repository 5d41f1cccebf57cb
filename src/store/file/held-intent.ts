import { attemptCommit } from './commit/commit.js';
import type { Beliefs } from './commit/recovery.js';
import type { Attempt, AttemptOptions, Known, Task } from './commit/task.js';
import type { Site } from './disk/site.js';
import { closeLater } from './disk/stage.js';
import type { FileBackendOptions } from './options.js';
import type { QueueEntry } from './queue/entry-names.js';
import { handOver } from './queue/hand-over.js';
import { createIntent, type Intent, release } from './queue/intents.js';
import type { ReplacedFiles } from './replaced-files.js';

/** How long an intent may rest between two commits. Its timer holds the process, so that an exit leaves nothing behind. */
const restMs = 5;
/** The same while other processes wait: as long as they take to make their next requests. */
const gatherMs = 1;
/** For so long one process carries the others along. Then it is the turn of another. */
const termMsDefault = 50;
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

/** An attempt as it began. */
interface Began {
  /** Our own request. */
  own: string | undefined;
  /** More was expected from others. */
  stays: boolean;
  /** What the intent vouched for. */
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
  /** The intent that was in our way last. */
  lastHolder: QueueEntry | undefined;
  readonly #beliefs: Beliefs;
  readonly #termMs: number;
  readonly #replaced: ReplacedFiles | undefined;
  #held: Held | undefined;
  #rest: NodeJS.Timeout | undefined;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #lastCrowd = Number.NEGATIVE_INFINITY;
  #lastCarrying = Number.NEGATIVE_INFINITY;

  /** @param replaced takes the files that commits have replaced. Default: they are closed */
  constructor(options: Beliefs & Pick<FileBackendOptions, 'termMs'>, replaced?: ReplacedFiles) {
    this.#beliefs = options;
    this.#termMs = options.termMs ?? termMsDefault;
    this.#replaced = replaced;
  }

  get isCrowded(): boolean {
    return performance.now() - this.#lastCrowd < crowdMs;
  }

  noteCrowd(): void {
    this.#lastCrowd = performance.now();
  }

  /** A change of another process went with ours, or ours with another's. */
  noteCarrying(): void {
    this.#lastCarrying = performance.now();
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

  /**
   * One attempt, under the intent that is held or a new one. Afterwards that is kept if it is of use, and ended otherwise.
   * @param enter called when the intent stands, before anything is listed
   */
  async attempt(site: Site, options: AttemptOptions, enter: () => void = () => {}): Promise<Attempt> {
    const held = this.#acquire(site, options.own);
    enter();
    const { intent, known } = held;
    const stays = this.#servesOthers(held);
    let attempt: Attempt | undefined;
    try {
      attempt = await attemptCommit(site, intent, this.#taskUnder(held, options, stays));
      return attempt;
    } finally {
      this.#keepOrEnd(attempt, { own: options.own, stays, known });
    }
  }

  /** @param own our own request, which need not be woken */
  end(own?: string): void {
    clearTimeout(this.#rest);
    if (this.#held) {
      const { intent, site, kind, known } = this.#held;
      // No process waits for a standing intent.
      if (kind === 'intent') handOver(site, intent, own);
      else release(intent);
      closeLater(known?.files ?? []);
      site.release();
    }
    this.#held = undefined;
  }

  /** @param stays more is expected from others */
  #taskUnder({ kind, known }: Held, options: AttemptOptions, stays: boolean): Task {
    const task = { ...options, beliefs: this.#beliefs, looksBack: this.#replaced !== undefined };
    // A request of our own is read from the directory of intents, so that is listed even under a standing intent.
    const isStanding = kind === 'standing' && options.own === undefined;
    if (!known) return { ...task, kind: 'fresh', outlives: isStanding || stays };
    if (isStanding) return { ...task, kind: 'standing', known };
    return { ...task, kind: 'held', known, outlives: stays };
  }

  /**
   * The intent that is held, or a new one. Not a standing one where a request of ours is out: who waits behind that may have left its
   * own to a holder that we fence now, and the end of a standing intent wakes nobody.
   */
  #acquire(site: Site, own: string | undefined): Held {
    if (this.#held && this.isFor(site)) return this.#held;
    this.end();
    const isSoon = performance.now() - this.#lastCommit < soonMs;
    const kind = isSoon && !this.isCrowded && own === undefined ? 'standing' : 'intent';
    const intent = createIntent(site, kind);
    this.#held = { intent, site: site.retain(), kind, since: performance.now(), known: undefined };
    return this.#held;
  }

  /** Others are about, whose next changes are expected, and our term is not over. */
  #servesOthers({ kind, since }: Held): boolean {
    const now = performance.now();
    return kind === 'intent' && now - this.#lastCarrying < crowdMs && now - since < this.#termMs;
  }

  /** Keeps the intent, or ends it. */
  #keepOrEnd(attempt: Attempt | undefined, { own, stays, known: before }: Began): void {
    this.#lastCommit = performance.now();
    if (attempt?.kind === 'fenced') this.noteCrowd();
    if (attempt?.kind !== 'committed') {
      this.end(own);
      return;
    }
    const { known, others, isAwaited, replaced } = attempt;
    if (replaced) this.#replaced?.add(replaced);
    // Our own request is no sign of others: a process that is alone again would make one each time, and see a crowd in it.
    if (others > 0) {
      this.noteCrowd();
      this.noteCarrying();
    }
    const held = this.#held;
    if (!held) {
      // The store was closed during an attempt for others.
      if (known !== before) closeLater(known?.files ?? []);
      this.end();
      return;
    }
    held.known = known;
    // Also where this commit carried nothing along: a request may have come since it listed, and its owner trusts in us.
    // Without knowledge of the file the next attempt would have to destroy all others first, as a new intent does.
    const isKept = known !== undefined && (stays || others > 0) && !isAwaited && this.#servesOthers(held);
    if (held.kind === 'intent' && !isKept) this.end(own);
  }
}
