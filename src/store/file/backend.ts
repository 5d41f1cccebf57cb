import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, StoreEvent } from '../backend.js';
import type { Change } from '../change.js';
import type { Document } from '../document.js';
import { StoreError } from '../errors.js';
import { ioError } from '../io-error.js';
import { notify } from '../notify.js';
import { type Attempt, attemptCommit, type Interrupted, type Repairs, type Task } from './commit/commit.js';
import { listWaiting } from './commit/survey.js';
import { withdraw } from './commit/withdraw.js';
import { outOfTime, settle } from './disk/settle.js';
import { type Site, SiteGone, Sites } from './disk/site.js';
import type { FileState } from './disk/state.js';
import { Visit } from './disk/visit.js';
import { HeldIntent } from './held-intent.js';
import { createIntent, release } from './queue/intents.js';
import { Queue, type Ticket } from './queue/queue.js';
import { Reader } from './reader.js';
import { lostTrackOf, noLongerDefinite } from './unknown-outcome.js';
import { watchFile } from './watch.js';

export interface FileBackendOptions {
  /** How long a live process may stand in the way unchanged before it is passed, in milliseconds. */
  leaseMs: number;
  /** False for a test that wants to see the intents alone keep everything safe: no process waits for another. */
  queues: boolean;
  /** As of `StoreOptions`. */
  revocable?: boolean;
  allowUnsafe?: boolean;
  onEvent: (event: StoreEvent) => void;
}

const backoffMsMax = 64;
const withdrawalsMax = 100;

/** What is to be committed. */
type Wish = Pick<Task, 'change' | 'rewrites'>;

/** What belongs to one change. */
interface Turning {
  queue: Queue;
  visit: Visit;
  deadline: number;
}

/** The default backend: one file, intent leases for safety, a queue for progress. */
export class FileBackend implements Backend {
  private readonly sites: Sites;
  private readonly reader: Reader;
  private readonly standing = new HeldIntent();
  /** One commit at a time: reads that restore or adopt come in between those of the store. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly file: string,
    private readonly options: FileBackendOptions,
  ) {
    this.sites = new Sites(file, options.allowUnsafe);
    this.reader = new Reader(this.sites);
  }

  async read(deadline: number): Promise<Document> {
    const { document, isSound } = await this.reader.read(deadline);
    if (document && isSound) return document;
    // An empty change: the commit restores or takes over what there is, or says why it can't.
    let committed: Document = new Map();
    try {
      await this.transact((current) => {
        committed = current;
        return current;
      }, deadline);
    } catch (error) {
      // What a foreign program wrote is read all the same where we may not write.
      if (document && error instanceof StoreError && error.code === 'E_IO') return document;
      throw error;
    }
    return committed;
  }

  async transact(change: Change, deadline: number): Promise<void> {
    await this.enqueue({ change }, deadline);
  }

  async rewrite(isWanted: (document: Document) => boolean, deadline: number): Promise<void> {
    // A function, so that no request is made of it, which another process would carry along.
    await this.enqueue({ change: (document) => document, rewrites: isWanted }, deadline);
  }

  watch(listener: (document: Document) => void): () => void {
    return watchFile(this.sites, listener);
  }

  async close(): Promise<void> {
    await this.last;
    this.standing.end();
    this.reader.close();
  }

  private async enqueue(wish: Wish, deadline: number): Promise<void> {
    const before = this.last;
    const commit = before.then(() => this.commitInTurn(wish, deadline));
    this.last = commit.catch(() => {});
    await commit;
  }

  private async commitInTurn(wish: Wish, deadline: number): Promise<void> {
    const queue = new Queue(deadline, this.standing.lastHolder);
    const visit = new Visit(this.sites);
    this.standing.hold();
    try {
      await this.commit(wish, { queue, visit, deadline });
    } catch (error) {
      if (await this.isDoneAfterAll(queue, error)) return;
      throw error;
    } finally {
      queue.leave();
      visit.end();
      this.standing.lastHolder = queue.holder;
      this.standing.restLater(() => this.serve());
    }
  }

  private async commit({ change, rewrites }: Wish, { queue, visit, deadline }: Turning): Promise<void> {
    let patienceMs = this.options.leaseMs;
    let settled: FileState | undefined;
    let interrupted: Interrupted | undefined;
    for (let fences = 0; ; ) {
      try {
        // A link may be pointed elsewhere meanwhile: a request that is out is committed where it lies.
        const site = queue.request?.site ?? visit.arrive(this.standing.site, () => queue.leave());
        // A change that may have happened must not be handed to others, who can't know of it.
        const edits = typeof change === 'function' || interrupted ? undefined : change;
        const isOurs = this.standing.isFor(site);
        if (!isOurs && this.options.queues) {
          const turn = await queue.wait(site, patienceMs, edits, this.standing.isCrowded);
          if (turn === 'done') return;
          if (turn === 'unknown') throw lostTrackOf(site);
          if (turn === 'next') this.standing.noteCrowd();
        }
        queue.enter();
        const { request, unresponsive } = queue;
        const task = {
          change: request ? [] : change,
          rewrites,
          settled,
          interrupted,
          unresponsive,
          own: request?.name,
        };
        const attempt = await this.attempt(site, task);
        if (attempt.kind === 'committed') {
          this.report(site, attempt.repairs);
          if (!request) return;
          // Not among those that we carried: somebody has told us how it ended, or too many were before it.
          const end = attempt.ended.has(request.name) ? 'done' : queue.endOfRequest();
          if (end) queue.leave();
          if (end === 'done') return;
          if (end === 'unknown') throw lostTrackOf(site);
          if (performance.now() > deadline) throw outOfTime(site.file);
          continue;
        }
        if (attempt.kind === 'unsettled') {
          settled = await settle(site, attempt.state, deadline);
          continue;
        }
        interrupted = attempt.interrupted ?? interrupted;
        if (performance.now() > deadline) throw outOfTime(site.file);
        if (!site.hasIntentsInPlace() && (await this.moveOut(site, queue))) return;
        // Somebody came and ended a standing intent: that is how it is meant to be, and nobody was too slow.
        if (isOurs) continue;
      } catch (error) {
        const isGone = error instanceof SiteGone && performance.now() <= deadline;
        // What reaches us raw was refused by the system before anything was published.
        const failure = error instanceof StoreError ? error : ioError('use', this.file, error);
        if (!isGone) throw interrupted === undefined ? failure : noLongerDefinite(failure);
      }
      // Whoever fenced us judged us too slow. If the disk is slow for everybody, ever more patience ends the fighting.
      patienceMs *= 2;
      fences++;
      await sleep(randomInt(Math.min(2 ** fences, backoffMsMax)));
    }
  }

  private async attempt(site: Site, task: Task): Promise<Attempt> {
    const { intent, kind, known } = this.standing.take(site);
    let attempt: Attempt | undefined;
    try {
      attempt = await attemptCommit(site, intent, {
        ...task,
        ...{ known, revocable: this.options.revocable === true },
        keeps: kind === 'standing' && !task.own,
      });
      return attempt;
    } finally {
      this.standing.settle(attempt, known);
    }
  }

  /** Commits what others have asked for meanwhile, so that none of them has to take over first. */
  private serve(): void {
    this.last = this.last.then(async () => {
      this.standing.hold();
      try {
        const { site } = this.standing;
        if (site && this.sites.isAt(site) && isAsked(site)) await this.attempt(site, { change: [] });
        else this.standing.end();
      } catch {
        // It is theirs: whoever asked waits for another, and tells its own caller if there is none.
        this.standing.end();
      }
      this.standing.restLater(() => this.serve());
    });
  }

  /** A request that is still out there when its call fails is taken back, so that the caller hears the truth. */
  private async isDoneAfterAll(queue: Queue, error: unknown): Promise<boolean> {
    if (!queue.request) return false;
    // It can't be taken back where there is no room for an intent, say: then nobody is kept from applying it.
    const end = await this.takeBack(queue, queue.request).catch(() => 'unknown' as const);
    if (end === 'unknown') throw error instanceof StoreError ? noLongerDefinite(error) : error;
    return end === 'done';
  }

  /**
   * The directory of intents was moved away: nobody who comes now looks into it, and no commit from it goes through. A
   * request of ours there is taken back under an intent there, which those who have read it would see.
   * @returns whether it was carried along before
   */
  private async moveOut(site: Site, queue: Queue): Promise<boolean> {
    const end = queue.request && (await this.takeBack(queue, queue.request));
    if (end === 'unknown') throw lostTrackOf(site);
    queue.leave();
    site.loseIntents();
    return end === 'done';
  }

  private async takeBack(queue: Queue, request: Ticket): Promise<'done' | 'unknown' | 'withdrawn'> {
    for (let attempts = 0; attempts < withdrawalsMax; attempts++) {
      const end = queue.endOfRequest() ?? (await this.withdraw(request));
      if (end) return end;
      await sleep(randomInt(1, backoffMsMax));
    }
    return 'unknown';
  }

  private async withdraw(request: Ticket): ReturnType<typeof withdraw> {
    const { site } = request;
    const intent = createIntent(site);
    try {
      return await withdraw(site, intent, request, this.options.revocable === true);
    } finally {
      release(intent);
    }
  }

  private report(site: Site, { restored, doubled, merge }: Repairs): void {
    const { file } = site;
    if (restored) this.emit({ type: 'recovered', file, ...restored });
    if (doubled) this.emit({ type: 'doubled', file, ...doubled });
    if (merge && merge.putBack.length > 0) {
      this.emit({ type: 'merged', file, keys: merge.adopted, putBack: merge.putBack });
    } else if (merge && merge.adopted.length > 0) this.emit({ type: 'adopted', file, keys: merge.adopted });
  }

  private emit(event: StoreEvent): void {
    notify(this.options.onEvent, event);
  }
}

function isAsked(site: Site): boolean {
  const intents = site.findIntents();
  return intents !== undefined && listWaiting(intents).some(({ kind }) => kind === 'request');
}
