import type { Attempt, Known } from './commit/commit.js';
import type { Site } from './disk/site.js';
import { closeLater } from './disk/stage.js';
import { createIntent, type Intent, release } from './queue/intents.js';

/** How long an intent may rest between two commits. Its timer holds the process, so that an exit leaves nothing behind. */
const restMs = 5;
/** The same where others wait: as long as they take to make their next requests. */
const gatherMs = 1;
/** For so long one process carries the others along, and then it is another's turn. */
const termMs = 50;
/** A process that writes once has no use for one: only a commit that soon follows another makes it. */
const soonMs = 50;
/** How long others are reckoned with after they were seen. */
const crowdMs = 200;

interface Held {
  intent: Intent;
  site: Site;
  kind: 'intent' | 'standing';
  since: number;
  known: Known | undefined;
}

/**
 * The intent that a process keeps between its commits. It saves making and removing one each time, and, as long as it is
 * there, reading: whoever commits in between must destroy it first.
 *
 * With nobody else about it is a standing one, which others destroy at once. With others about it is one that they wait
 * for, and its holder commits what they ask for together with its own, and also without.
 */
export class HeldIntent {
  /** The name of the intent that was in our way last. */
  lastHolder: string | undefined;
  private held: Held | undefined;
  private rest: NodeJS.Timeout | undefined;
  private lastCommit = Number.NEGATIVE_INFINITY;
  private lastCrowd = Number.NEGATIVE_INFINITY;

  get isCrowded(): boolean {
    return performance.now() - this.lastCrowd < crowdMs;
  }

  noteCrowd(): void {
    this.lastCrowd = performance.now();
  }

  /** The site of the intent that is held. */
  get site(): Site | undefined {
    return this.held?.site;
  }

  isFor(site: Site): boolean {
    const held = this.held?.site;
    return held === site || (held?.file === site.file && held.directory.isSame(site.directory.stats));
  }

  /** A commit begins. */
  hold(): void {
    clearTimeout(this.rest);
  }

  /** The commit is over; another may follow at once. @param serve commits what others ask for */
  restLater(serve: () => void): void {
    if (this.held?.kind === 'intent') this.rest = setTimeout(serve, gatherMs);
    else if (this.held) this.rest = setTimeout(() => this.end(), restMs);
  }

  /** The intent that is held, or a new one. */
  take(site: Site): Held {
    if (this.held && this.isFor(site)) return this.held;
    this.end();
    const isSoon = performance.now() - this.lastCommit < soonMs;
    const kind = isSoon && !this.isCrowded ? 'standing' : 'intent';
    const intent = createIntent(site, kind);
    this.held = { intent, site: site.retain(), kind, since: performance.now(), known: undefined };
    return this.held;
  }

  /**
   * After an attempt: keeps the intent if it is of use, and gives it back otherwise.
   * @param before what was known when it began
   */
  settle(attempt: Attempt | undefined, before: Known | undefined): void {
    const { held } = this;
    const now = performance.now();
    this.lastCommit = now;
    if (attempt?.kind === 'fenced' || (attempt?.kind === 'committed' && attempt.ended.size > 0))
      this.noteCrowd();
    if (!held || attempt?.kind !== 'committed') {
      // The store was closed during an attempt for others.
      if (attempt?.kind === 'committed' && attempt.known !== before) closeLater(attempt.known?.files ?? []);
      this.end();
      return;
    }
    held.known = attempt.known;
    const servesOthers = attempt.ended.size > 0 && !attempt.isAwaited && now - held.since < termMs;
    if (held.kind === 'intent' && !servesOthers) this.end();
  }

  end(): void {
    clearTimeout(this.rest);
    if (this.held) {
      release(this.held.intent);
      closeLater(this.held.known?.files ?? []);
      this.held.site.release();
    }
    this.held = undefined;
  }
}
