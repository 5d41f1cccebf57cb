import type { Known } from './commit.js';
import { createIntent, release } from './intents.js';
import type { Paths } from './paths.js';

/** How long it may rest between two commits. Its timer holds the process, so that an exit leaves nothing behind. */
const restMs = 5;
/** A process that writes once has no use for one: only a commit that soon follows another makes it. */
const soonMs = 50;
/** How long others are reckoned with after they were seen. */
const crowdMs = 200;

/**
 * The intent that one process keeps between its commits while nobody else is about. It saves making and removing one each
 * time, and, as long as it is there, reading: whoever commits in between must destroy it first. Others do so at once.
 */
export class Standing {
  private held: { intent: string; file: string; known: Known | undefined } | undefined;
  private rest: NodeJS.Timeout | undefined;
  private lastCommit = Number.NEGATIVE_INFINITY;
  private lastCrowd = Number.NEGATIVE_INFINITY;

  get isCrowded(): boolean {
    return performance.now() - this.lastCrowd < crowdMs;
  }

  noteCrowd(): void {
    this.lastCrowd = performance.now();
  }

  isFor({ file }: Paths): boolean {
    return this.held?.file === file;
  }

  /** A commit begins. */
  hold(): void {
    clearTimeout(this.rest);
  }

  /** The commit is over; another may follow at once. */
  restLater(): void {
    if (this.held) this.rest = setTimeout(() => this.end(), restMs);
  }

  /** The standing intent, or a new one. */
  take(paths: Paths): { intent: string; isStanding: boolean; known: Known | undefined } {
    const { held } = this;
    if (held?.file === paths.file) return { intent: held.intent, isStanding: true, known: held.known };
    this.end();
    const isStanding = !this.isCrowded && performance.now() - this.lastCommit < soonMs;
    const intent = createIntent(paths.intents, isStanding ? 'standing' : 'intent');
    return { intent, isStanding, known: undefined };
  }

  keep({ file }: Paths, intent: string, known: Known | undefined): void {
    this.held = { intent, file, known };
    this.lastCommit = performance.now();
  }

  /** An intent that is of no use any more. */
  drop(intent: string, isFenced: boolean): void {
    this.held = undefined;
    this.lastCommit = performance.now();
    if (isFenced) this.noteCrowd();
    release(intent);
  }

  end(): void {
    clearTimeout(this.rest);
    if (this.held) release(this.held.intent);
    this.held = undefined;
  }
}
