import type { HistoryEvent } from '../../history/events.js';
import type { Operation } from '../protocol/protocol.js';
import { pauseNs } from '../schedule/limits.js';
import { auditOf, besideAudit, laterAuditOf, sweepingAudit } from '../schedule/program.js';
import type { AuditCache } from './audit-cache.js';
import type { Client } from './client.js';
import type { ExecutionOptions, Step } from './executed.js';
import type { Ground } from './ground.js';
import type { HistoryBuilder } from './history-builder.js';
import type { Steps } from './run.js';

/** A fresh process; undefined where it did not come to a stop. */
export type Arrival = Steps<Client | undefined>;

/** What an execution does for processes that come when no other is left. */
export interface Stage {
  readonly clients: readonly Client[];
  readonly steps: readonly Step[];
  /** Virtual time, in nanoseconds. */
  now: number;
  /** All that decides what a fresh process meets, but for what it does itself. */
  meets(): string;
  comeAnew(name: string, operations: readonly Operation[], pid?: number): Arrival;
  runToEnd(client: Client | undefined): Steps<void>;
}

/** The fresh processes of one execution: those after a power loss, and those at the end. They must find the store usable. */
export class Aftermath {
  private readonly first: readonly Operation[];
  private readonly later: readonly Operation[];

  constructor(
    private readonly stage: Stage,
    private readonly options: ExecutionOptions,
    { audit }: Ground,
    private readonly history: HistoryBuilder,
    private readonly audits: AuditCache,
  ) {
    this.first = audit ?? auditOf(options.program);
    this.later = audit ? [] : laterAuditOf(options.program);
  }

  /**
   * After a power loss there are as many as before, and no more than it takes to be in each other's way, with the same numbers.
   * @param boots how often the machine was started again @returns false if one does not come to a stop
   */
  *afterLoss(boots: number): Steps<boolean> {
    const [first, second] = this.options.program.clients.map((_, index) => this.stage.clients[index]?.pid);
    if (!(yield* this.stage.comeAnew(`audit${boots}`, this.first, first))) return false;
    if (second === undefined) return true;
    return (yield* this.stage.comeAnew(`beside${boots}`, besideAudit, second)) !== undefined;
  }

  /**
   * @param boots not 0 where the last thing that went wrong was a power loss: then fresh processes have been there
   * @returns the whole history, with what there is at the end and what they meet
   */
  *end(hasFault: boolean, boots: number): Steps<HistoryEvent[]> {
    const { history, options } = this;
    // Of two, neither has seen what the other one did last.
    const isSeen = boots > 0 && !(history.needsAudit && options.program.clients.length > 1);
    if (!isSeen && (hasFault || history.needsAudit)) return yield* this.audit();
    if (boots > 0) {
      yield* this.auditLater(boots + 1);
      yield* this.sweepLater(boots + 2, boots);
    }
    return history.end();
  }

  /**
   * A fresh process when all others have ended: its writes sweep what the killed left. What it meets is known where another one has
   * met the same.
   */
  private *audit(): Steps<HistoryEvent[]> {
    const { history, options, stage } = this;
    return yield* this.audits.audit(
      `${stage.meets()} ${JSON.stringify(this.first)} ${history.lastWhole}`,
      { history, step: stage.steps.length, skips: options.skipsKnownAudits },
      () => this.perform(),
    );
  }

  private *perform(): Steps<void> {
    yield* this.stage.runToEnd(yield* this.stage.comeAnew('audit', this.first));
    yield* this.auditLater(1);
    yield* this.sweepLater(2, 0);
  }

  /** Another one, when every lease is over: see `laterAuditOf`. */
  private *auditLater(number: number): Steps<void> {
    if (this.later.length > 0) yield* this.comeLater(number, this.later);
  }

  /**
   * And another one where something is left by a process that can't be asked whether it lives, as it was of another boot or is of another
   * machine: what it may still want stays for a while.
   */
  private *sweepLater(number: number, boots: number): Steps<void> {
    const { hosts, containers } = this.options.conditions ?? {};
    const isUnsure = boots > 0 || hosts === true || containers === true;
    if (isUnsure && this.history.hasLeftovers) yield* this.comeLater(number, sweepingAudit);
  }

  private *comeLater(number: number, operations: readonly Operation[]): Steps<void> {
    if (this.stage.clients.at(-1)?.state !== 'ended') return;
    this.stage.now += pauseNs;
    yield* this.stage.runToEnd(yield* this.stage.comeAnew(`audit${number}`, operations));
  }
}
