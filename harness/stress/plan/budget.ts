import { overheadMs, type PlannedRun, workMsMin } from './plan.js';

/** What judging an event takes until a run was judged, in milliseconds: of a store that loses nothing, and of one that loses much. */
const judgingMsPerEvent = { calm: 0.05, broken: 0.2 };
/** One content in so many that can't be read makes a store one of these. */
const brokenShare = 0.01;
/** What a busy machine may take on top for all scenarios together, in which too little has happened: this share of the duration ... */
const extraShare = 0.08;
/** ... and for short runs so much. */
const extraMsMin = 20_000;
export const shortMs = 60_000;

/** What a judge has to look at. */
export interface HistorySize {
  events: number;
  /** Those of them that are contents which nobody could read. */
  broken: number;
}

/** The time of one run of a plan. */
export interface Share {
  /** How long its clients work, less what judging it will take. */
  workMs: number;
  /** What judging such a history is expected to take. */
  judgingMs: (history: HistorySize) => number;
  /** How long it may wait on top for what its scenario asks for. */
  extraMs: number;
}

/**
 * Keeps a whole command within its duration, judging included. What one run saved is shared among those to come, and so is what one
 * took too much; a run works for less where judging its history, at the pace of those before it, would take longer than is left.
 */
export class Budget {
  private readonly endMs: number;
  private readonly isLong: boolean;
  private extraMs: number;
  /** By target: on one that loses much, there is more to say. */
  private readonly rates = new Map<string, number>();

  /**
   * @param durationMs of the command
   * @param begunMs when it began, on the clock of `nowMs`
   */
  constructor(durationMs: number, begunMs: number) {
    this.endMs = begunMs + durationMs;
    this.isLong = durationMs >= shortMs;
    this.extraMs = durationMs < shortMs ? extraMsMin : durationMs * extraShare;
  }

  /** @param left the runs to come, the one that begins first of them */
  shareOf(left: readonly PlannedRun[], nowMs: number): Share {
    const [run] = left;
    if (!run) throw new Error('a share was asked for no run');
    const planned = left.reduce((sum, { workMs }) => sum + workMs + overheadMs, 0);
    const fixed = left.reduce((sum, one) => sum + (one.mustFind ? one.workMs + overheadMs : 0), 0);
    const free = Math.max(0, this.endMs - nowMs - fixed) / Math.max(1, planned - fixed);
    const workMs = run.mustFind ? run.workMs : Math.round((run.workMs + overheadMs) * free) - overheadMs;
    const known = this.rates.get(run.target.label);
    const rateOf = ({ events, broken }: HistorySize) =>
      known ?? judgingMsPerEvent[broken > events * brokenShare ? 'broken' : 'calm'];
    return {
      workMs: Math.max(Math.min(run.workMs, workMsMin), workMs),
      judgingMs: run.mustFind
        ? () => 0
        : (history) => Math.min(history.events * rateOf(history), workMs * judgingShareMax),
      extraMs: this.extraMs,
    };
  }

  /**
   * True where nothing more can begin, as the command would take more than a tenth too long. Not so for one of less than a minute,
   * on a machine that needs as long to start its processes.
   */
  isOver(nowMs: number): boolean {
    return this.isLong && nowMs > this.endMs;
  }

  /** @param extraMs what the run has taken on top */
  used(extraMs: number): void {
    this.extraMs = Math.max(0, this.extraMs - extraMs);
  }

  judged({ target }: PlannedRun, events: number, tookMs: number): void {
    if (events < eventsMin) return;
    const rate = tookMs / events;
    this.rates.set(target.label, Math.max(rate, this.rates.get(target.label) ?? 0));
  }
}

/** A run that is hardly played proves nothing, however soon it is judged. */
const judgingShareMax = 0.5;
/** Of fewer, the time says nothing about one. */
const eventsMin = 1000;
