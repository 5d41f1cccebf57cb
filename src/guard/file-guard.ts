import { StoreError } from '../errors/store-error.js';
import { byValue, type Document } from '../store/document/document.js';
import { GuardTurn, type TurnHolder } from '../store/file/foreign/guard-turn.js';
import { GuardedFile, type Sight } from '../store/file/foreign/guarded-file.js';
import type { FileGuardOptions } from './file-guard-options.js';
import { type Judgement, Memory } from './memory.js';
import { Tally } from './tally.js';

/** A look in any case, for what no event reports. */
const lookMs = 100;
/** How often a guard shows that it lives, and a spare looks whether it is its turn. */
const turnMs = 250;
/** A torn file is looked at again so often, */
const tornLookMs = 1;
/** and after this time it is repaired; the store then waits for another 100 ms in which it must not change. */
const tornMs = 200;
/** An editor may be about to create the file that it has unlinked. */
const missingMs = 100;
/** What was quiet for so long is adopted durably: a sync takes time, in which no other repair is made. */
const quietMs = 300;
/** Who has not looked for so long was stopped, or starved: what happened meanwhile was not seen, and is not judged. */
const asleepMs = 2_000;
const repairMsMax = 10_000;
const nothing: Document = new Map();
/**
 * Guards a file that unmodified programs rewrite: sees its states, and repairs at once what a program erased or brought back
 * without knowing. Best effort: what was written and overwritten between two looks was never seen.
 */
export class FileGuard {
  readonly tally = new Tally();
  readonly #file: GuardedFile;
  readonly #turn: GuardTurn;
  readonly #options: FileGuardOptions;
  /** Undefined while another guard is there. */
  #memory: Memory | undefined;
  #kind: Sight['kind'] = 'missing';
  #tornSince: number | undefined;
  #missingSince: number | undefined;
  #damagedSince: number | undefined;
  #changedAt = 0;
  #lookedAt = 0;
  #lastFailure: string | undefined;
  /** The copy does not hold what the file holds. */
  #isOwed = false;
  readonly #wanted = new Set<'quick' | 'durable'>();
  /** The truth before several entries were given up at once, or one in a doubtful way. */
  #kept: Document | undefined;
  #repairing: Promise<void> | undefined;
  #endWatch: (() => void) | undefined;
  #timers: NodeJS.Timeout[] = [];
  #tornTimer: NodeJS.Timeout | undefined;
  #isStarting = false;
  #lastTurn: TurnHolder = 'ours';

  /** @throws StoreError `E_UNSAFE` where another user could replace the file */
  constructor(file: string, options: FileGuardOptions) {
    const { allowUnsafe = false, dryRun, isOpaque, format, onStoreEvent = () => {} } = options;
    this.#options = options;
    this.#turn = new GuardTurn(file, allowUnsafe, dryRun);
    this.#file = new GuardedFile(file, {
      ...(isOpaque && { isOpaque }),
      allowUnsafe,
      format,
      onEvent: onStoreEvent,
      onLate: (document, before) => this.#onLate(document, before),
    });
  }

  /** Resolves when the file was looked at for the first time, or another guard was found. */
  async start(): Promise<void> {
    await this.#askForTurn();
    this.#timers = [
      setInterval(() => void this.#askForTurn(), turnMs),
      setInterval(() => this.#onTick(), lookMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  /** Looks a last time, repairs, and lets a spare follow. */
  async stop(): Promise<Tally> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#endWatch?.();
    if (this.#memory) {
      this.#look();
      this.#wish('durable');
      await this.#repairing;
    }
    clearTimeout(this.#tornTimer);
    this.#memory = undefined;
    this.#turn.end();
    await this.#file.close();
    return this.tally;
  }

  async #askForTurn(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      const turn = this.#turn.whose();
      if (turn !== 'ours') this.#pause();
      else if (!this.#memory) await this.#begin();
      if (turn !== this.#lastTurn) this.#reportTurn(turn);
      this.#lastTurn = turn;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isStarting = false;
    }
  }

  #reportTurn(turn: TurnHolder): void {
    if (turn === 'another') this.#options.onEvent({ type: 'waits' });
    else if (turn === 'none') this.#options.onEvent({ type: 'no directory' });
  }

  async #begin(): Promise<void> {
    if (!this.#options.dryRun) await this.#file.adopt(repairMsMax);
    this.#listen();
    // Known from before we were passed: what happened meanwhile was not seen.
    this.#file.forget();
    const sight = this.#file.look();
    // Half of a write. To begin with, nothing is known that could be put in its place: the next turn looks again.
    if (sight?.kind === 'corrupt') return;
    const first = sight?.kind === 'valid' ? sight.document : nothing;
    const { isOpaque } = this.#options;
    this.#memory = new Memory(first, byValue(isOpaque));
    this.#kind = sight?.kind ?? 'missing';
    this.#lookedAt = performance.now();
    this.#options.onEvent({ type: 'on guard' });
    this.#look();
  }

  /** We were silent for so long that another guard is there. A file that was missing by then may be back: it was not removed. */
  #pause(): void {
    this.#endWatch?.();
    this.#endWatch = undefined;
    this.#memory = undefined;
    this.#missingSince = undefined;
    this.#tornSince = undefined;
    this.#damagedSince = undefined;
  }

  #listen(): void {
    this.#endWatch ??= this.#file.watch(
      () => this.#look(),
      () => {
        this.#endWatch = undefined;
      },
    );
  }

  #onTick(): void {
    if (!this.#memory) return;
    this.#listen();
    this.#look();
    if (!this.#memory) return;
    const now = performance.now();
    if (this.#missingSince !== undefined && now - this.#missingSince >= missingMs) this.#onRemoved(now);
    if (this.#isOwed && this.#kind !== 'missing' && now - this.#changedAt >= quietMs) this.#wish('durable');
  }

  #look(): void {
    if (!this.#memory || this.#wasAsleep()) return;
    try {
      const sight = this.#file.look();
      if (sight) this.#observe(sight);
      this.#lastFailure = undefined;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Begins anew at the next turn where it was: what is there by then is taken for what ought to be there. */
  #wasAsleep(): boolean {
    const now = performance.now();
    const isAwake = now - this.#lookedAt <= asleepMs;
    this.#lookedAt = now;
    if (!isAwake) this.#pause();
    return !isAwake;
  }

  #observe(sight: Sight): void {
    const now = performance.now();
    this.#kind = sight.kind;
    if (sight.kind === 'corrupt') {
      this.#tornSince ??= now;
      this.#waitForWhole();
    } else this.#tornSince = undefined;
    if (sight.kind === 'missing') this.#missingSince ??= now;
    else this.#missingSince = undefined;
    if (sight.kind !== 'valid' || !this.#memory) return;
    this.#changedAt = now;
    this.#isOwed = true;
    if (this.#memory.isNewest(sight.document)) return;
    const before = this.#memory.truth;
    const judgement = this.#memory.observe(sight.document, now, sight.isInPlace);
    if (judgement.removed.length > 1) this.#kept = before;
    else if (judgement.isDoubtful) this.#kept ??= before;
    this.#respondTo(judgement, now);
    if (this.#options.dryRun) this.#memory.accept(sight.document);
  }

  #respondTo(judgement: Judgement, now: number): void {
    const { set, removed, putBack, removedAgain } = judgement;
    const repairs = putBack.length + removedAgain.length;
    // Our own repair, or the same in another layout.
    if (repairs + set.length + removed.length === 0) return;
    this.tally.count(judgement);
    this.#options.onEvent({ type: 'write', ...judgement });
    if (repairs === 0 && judgement.kind !== 'late') return;
    this.#damagedSince ??= now;
    this.#wish('quick');
  }

  #onLate(document: Document, before: Document): void {
    const now = performance.now();
    if (this.#memory) this.#respondTo(this.#memory.observeLate(document, before, now), now);
  }

  #onRemoved(now: number): void {
    this.#missingSince = undefined;
    this.#options.onEvent({ type: 'removed' });
    this.#memory?.observe(nothing, now, false);
  }

  #waitForWhole(): void {
    clearTimeout(this.#tornTimer);
    this.#tornTimer = setTimeout(() => {
      this.#look();
      if (this.#tornSince === undefined) return;
      if (performance.now() - this.#tornSince < tornMs) {
        this.#waitForWhole();
        return;
      }
      this.#tornSince = undefined;
      this.tally.restored++;
      this.#options.onEvent({ type: 'torn' });
      this.#wish('durable');
    }, tornLookMs).unref();
  }

  /** Has the file repaired, now or right after the repair under way. */
  #wish(how: 'quick' | 'durable'): void {
    if (this.#options.dryRun) return;
    this.#wanted.add(how);
    this.#repairing ??= this.#repairAll().finally(() => {
      this.#repairing = undefined;
    });
  }

  async #repairAll(): Promise<void> {
    while (this.#wanted.size > 0) {
      const how = this.#wanted.has('quick') ? 'quick' : 'durable';
      this.#wanted.delete(how);
      try {
        await this.#repair(how);
      } catch (error) {
        // The next look tries again.
        this.#isOwed = true;
        this.#fail(error);
      }
    }
  }

  async #repair(how: 'quick' | 'durable'): Promise<void> {
    const kept = how === 'durable' ? this.#kept : undefined;
    this.#isOwed = how === 'quick';
    await this.#file.repair((sight) => this.#judged(sight), { how, kept, deadlineMs: repairMsMax });
    if (kept === this.#kept) this.#kept = undefined;
    this.#look();
    if (!this.#memory || this.#kind !== 'valid') return;
    if (!this.#memory.isRight()) this.#wish('quick');
    else if (this.#damagedSince !== undefined) this.#onRepaired(this.#damagedSince);
  }

  #onRepaired(since: number): void {
    const afterMs = performance.now() - since;
    this.#damagedSince = undefined;
    this.tally.healMs.push(afterMs);
    this.#options.onEvent({ type: 'repaired', afterMs });
  }

  /** Asked under the fence. A missing file is left so: it was removed on purpose. */
  #judged(sight: Sight | undefined): Document | undefined {
    if (!this.#memory || this.#wasAsleep()) return undefined;
    if (sight) this.#observe(sight);
    return this.#kind === 'missing' ? undefined : this.#memory?.truth;
  }

  #fail(error: unknown): void {
    this.tally.failures++;
    const code = error instanceof StoreError ? error.code : 'E_IO';
    const reason = error instanceof Error ? error.message : String(error);
    // Each look fails the same way until the cause is gone.
    if (reason === this.#lastFailure) return;
    this.#lastFailure = reason;
    this.#options.onEvent({ type: 'failed', code, reason });
  }
}
