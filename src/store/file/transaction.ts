import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ioError } from '../../errors/io-error.js';
import { StoreError } from '../../errors/store-error.js';
import { notify } from '../backend/notify.js';
import type { Edit } from '../document/change.js';
import type { Attempt, Committed, Earlier, Fenced, Wish } from './commit/task.js';
import { outOfTime, settle } from './disk/settle.js';
import { type Site, SiteGone, type Sites } from './disk/site.js';
import { Visit } from './disk/visit.js';
import type { HeldIntent } from './held-intent.js';
import type { FileBackendOptions } from './options.js';
import { Queue } from './queue/queue.js';
import type { Ticket } from './queue/ticket.js';
import { repairEvents } from './repair-events.js';
import { takeBack } from './take-back.js';
import { lostTrackOf, noLongerDefinite } from './unknown-outcome.js';

const backoffMsMax = 64;
const nothing: Wish = { kind: 'change', change: [], generation: undefined };

/** What a transaction shares with the others of its backend. */
interface Shared {
  sites: Sites;
  held: HeldIntent;
  options: FileBackendOptions;
}

/** How one pass ended: the change is committed, is to be tried again at once, or lost to another process. */
type Pass = 'done' | 'again' | 'fenced';

/** One change on its way to the disk: it waits for its turn, attempts the commit, and starts again where it was fenced. */
export class Transaction {
  readonly #sites: Sites;
  readonly #held: HeldIntent;
  readonly #options: FileBackendOptions;
  readonly #wish: Wish;
  readonly #deadline: number;
  readonly #queue: Queue;
  readonly #visit: Visit;
  #earlier: Earlier = {};
  /** How often it lost to another process. */
  #fences = 0;

  /** @param deadline on the monotonic clock, in milliseconds */
  constructor({ sites, held, options }: Shared, wish: Wish, deadline: number) {
    this.#sites = sites;
    this.#held = held;
    this.#options = options;
    this.#wish = wish;
    this.#deadline = deadline;
    this.#queue = new Queue(deadline, held.lastHolder);
    this.#visit = new Visit(sites);
  }

  /** Resolves once the change is committed and durable. */
  async run(): Promise<void> {
    try {
      await this.#runPasses();
    } catch (error) {
      if (await this.#isCommittedByAnother(error)) return;
      throw error;
    } finally {
      this.#queue.leave();
      this.#visit.end();
      this.#held.lastHolder = this.#queue.holder;
    }
  }

  async #runPasses(): Promise<void> {
    for (;;) {
      const pass = await this.#pass();
      if (pass === 'done') return;
      if (pass === 'fenced') await this.#backOff();
    }
  }

  /** One wait for our turn, and one attempt. */
  async #pass(): Promise<Pass> {
    try {
      const site = this.#arrive();
      const isHeld = this.#held.isFor(site);
      if (!isHeld && this.#options.queues && (await this.#waitForTurn(site)) === 'done') return 'done';
      const { request } = this.#queue;
      const attempt = await this.#attempt(site, request);
      switch (attempt.kind) {
        case 'committed':
          return this.#afterCommit(site, attempt, request);
        case 'unsettled':
          // The one who asked looks again by itself.
          if (this.#wish.kind === 'repair' && this.#wish.isQuick) return 'done';
          this.#earlier = { ...this.#earlier, settled: await settle(site, attempt.state, this.#deadline) };
          return 'again';
        case 'fenced':
          return await this.#afterFence(site, attempt, isHeld);
      }
    } catch (error) {
      return this.#afterError(error);
    }
  }

  /** A link may be pointed elsewhere meanwhile. A request that is out is committed where it lies. */
  #arrive(): Site {
    return this.#queue.request?.site ?? this.#visit.arrive(this.#held.site, () => this.#queue.leave());
  }

  async #waitForTurn(site: Site): Promise<'done' | 'ours'> {
    // A change that may have happened must not be handed to other processes, which can't know that.
    const edits = this.#earlier.interrupted ? undefined : editsOf(this.#wish);
    const patienceMs = this.#options.leaseMs * 2 ** this.#fences;
    const turn = await this.#queue.wait(site, patienceMs, edits, this.#held.isCrowded);
    // A process that is carried along each time sees no other, and is not alone.
    if (turn !== 'free') this.#held.noteCrowd();
    if (turn === 'done') this.#held.noteCarrying();
    if (turn === 'unknown') throw lostTrackOf(site);
    return turn === 'done' ? 'done' : 'ours';
  }

  #attempt(site: Site, request: Ticket | undefined): Promise<Attempt> {
    const options = {
      // A request holds the change itself, and is carried along with the others.
      wish: request ? nothing : this.#wish,
      own: request?.name,
      unresponsive: this.#queue.unresponsive,
      earlier: this.#earlier,
    };
    return this.#held.attempt(site, options, () => this.#queue.enter());
  }

  #afterCommit(site: Site, { repairs, ended }: Committed, request: Ticket | undefined): Pass {
    for (const event of repairEvents(site.file, repairs)) notify(this.#options.onEvent, event);
    if (!request) return 'done';
    // Not among those that we carried: it has its answer from another process, or too many were before it.
    const end = ended.has(request.name) ? 'done' : this.#queue.endOfRequest();
    if (end) this.#queue.leave();
    if (end === 'unknown') throw lostTrackOf(site);
    if (end === 'done') return 'done';
    this.#checkDeadline(site);
    return 'again';
  }

  /** @param wasHeld the intent was one that was held, not one that was made in our turn */
  async #afterFence(site: Site, { interrupted, isOvertaken }: Fenced, wasHeld: boolean): Promise<Pass> {
    if (interrupted) this.#earlier = { ...this.#earlier, interrupted };
    this.#checkDeadline(site);
    if (!site.hasIntentsInPlace() && (await this.#moveOut(site)) === 'done') return 'done';
    // Another process may end a held intent at any time. That is no sign that we were too slow.
    // The one who judges looks again by itself, and may judge otherwise.
    if (isOvertaken && this.#wish.kind === 'repair') return 'done';
    return wasHeld || isOvertaken ? 'again' : 'fenced';
  }

  /** Throws, unless the directory was moved away and there is time to look it up again. */
  #afterError(error: unknown): 'fenced' {
    if (error instanceof SiteGone && performance.now() <= this.#deadline) return 'fenced';
    // A raw error is one of the system, which refused before anything was published.
    const failure = error instanceof StoreError ? error : ioError('use', this.#sites.file, error);
    throw this.#earlier.interrupted ? noLongerDefinite(failure) : failure;
  }

  /** A process that fenced us judged us too slow. Should the disk be slow for all, ever more patience ends the fighting. */
  async #backOff(): Promise<void> {
    this.#fences++;
    await sleep(randomInt(Math.min(2 ** this.#fences, backoffMsMax)));
  }

  #checkDeadline({ file }: Site): void {
    if (performance.now() > this.#deadline) throw outOfTime(file);
  }

  /**
   * The directory of intents was moved away: no process looks into it any more, and no commit from it goes through. A request
   * of ours in it is taken back under an intent there, which those who have read the request would see.
   * @returns `done` where the request was carried along before
   */
  async #moveOut(site: Site): Promise<'done' | 'out'> {
    const { request } = this.#queue;
    const end = request && (await this.#takeBack(request));
    if (end === 'unknown') throw lostTrackOf(site);
    this.#queue.leave();
    site.loseIntents();
    return end === 'done' ? 'done' : 'out';
  }

  /** A request that is still out when its call fails is taken back, so that the error tells the truth. */
  async #isCommittedByAnother(error: unknown): Promise<boolean> {
    const { request } = this.#queue;
    if (!request) return false;
    // Where it can't be taken back, for want of room for an intent say, another process may still apply it.
    const end = await this.#takeBack(request).catch(() => 'unknown' as const);
    if (end === 'unknown') throw error instanceof StoreError ? noLongerDefinite(error) : error;
    return end === 'done';
  }

  #takeBack(request: Ticket): ReturnType<typeof takeBack> {
    return takeBack(this.#queue, request, this.#options.revocable === true);
  }
}

/** A change that is data can be handed to other processes, as a request. */
function editsOf(wish: Wish): readonly Edit[] | undefined {
  return wish.kind === 'change' && typeof wish.change !== 'function' ? wish.change : undefined;
}
