import { overheadMs, type PlannedRun, workMsMin } from './plan.js';

/** What judging an event takes until a run was judged, in milliseconds: of a store that loses nothing, and of one that loses much. */
const judgingMsPerEvent = { calm: 0.05, broken: 0.2 };
/** One content in so many that can't be read makes a store one of these. */
const brokenShare = 0.01;
/** Of what the later runs can spare, a run in which too little has happened may take so much on top. */
const spareShare = 0.25;
/** How much longer the whole command may take, and no run is begun that would take it further. */
const lateShare = 0.05;
/** What writing the report takes, and how much longer than expected the last judge may: the first one has yet to be compiled. */
const reportMs = 600;
const reportMsPerEvent = 0.01;
const reserveShare = 0.01;

/** What a judge has to look at. */
export interface HistorySize {
  events: number;
  /** Those of them that are contents which nobody could read. */
  broken: number;
}

/** The time of one run of a plan. */
export interface Share {
  /** How long its clients work, as far as can be said before they start, less what judging it will take. */
  workMs: number;
  /** The same, when all of them have started. */
  workMsFrom: (startedMs: number) => number;
  /** What judging such a history is expected to take. */
  judgingMs: (history: HistorySize) => number;
  /** How long it may wait on top for what its scenario asks for. */
  extraMs: number;
}

export interface Allowance {
  /** Of the whole command. */
  durationMs: number;
  /** When it began, on the clock of `nowMs`. */
  begunMs: number;
  /** What its runs may take on top, all together, where too little has happened. Undefined where the duration is a bound. */
  patienceMs: number | undefined;
}

/**
 * Keeps a whole command within its duration, judging included. What one run saved is shared among those to come, and so is what one
 * took too much; a run works for less where judging its history, at the pace of those before it, would take longer than is left.
 *
 * Where the duration is a bound, what it takes to start processes and to end them is learnt from the runs before: a busy machine needs
 * three times as long. A run that has seen too little takes time from those after it, and the last one takes none.
 */
export class Budget {
  private readonly endMs: number;
  private readonly isBound: boolean;
  private readonly durationMs: number;
  private patienceMs: number;
  /** Of all runs so far. */
  private events = 0;
  /** Of a run of `usualSize`. */
  private startingMs = overheadMs * startingShare;
  private endingMs = overheadMs * (1 - startingShare);
  /** How much longer than expected the processes of this run have taken to start. */
  private slower = 1;
  /** By target: on one that loses much, there is more to say. */
  private readonly rates = new Map<string, number>();

  constructor({ durationMs, begunMs, patienceMs }: Allowance) {
    this.endMs = begunMs + durationMs;
    this.durationMs = durationMs;
    this.isBound = patienceMs === undefined;
    this.patienceMs = patienceMs ?? 0;
  }

  /** @param left the runs to come, the one that begins first of them */
  shareOf(left: readonly PlannedRun[], nowMs: number): Share {
    const [run, ...later] = left;
    if (!run) throw new Error('a share was asked for no run');
    const around = this.aroundMs(run);
    const planned = plannedMs(left);
    const fixed = left.reduce((sum, one) => sum + (one.mustFind ? one.workMs + this.aroundMs(one) : 0), 0);
    const free = Math.max(0, this.endMs - this.reserveMs() - nowMs - fixed) / Math.max(1, planned);
    const shareMs = run.mustFind ? run.workMs + around : Math.round((run.workMs + overheadMs) * free);
    const least = Math.min(run.workMs, workMsMin);
    const workMs = Math.max(least, shareMs - around);
    const workMsFrom = (startedMs: number) => {
      if (!this.isBound || run.mustFind) return workMs;
      // What was slow to start is as slow to end.
      this.slower = Math.max(1, (startedMs - nowMs) / (this.startingMs * sizeOf(run)));
      const usualMs = this.endingMs * sizeOf(run);
      const endingMs = usualMs + (this.slower - 1) * (usualMs + (later.length === 0 ? reportMs : 0));
      return Math.max(least, nowMs + shareMs - endingMs - startedMs);
    };
    const neededLater = later.reduce(
      (sum, one) => sum + (one.mustFind ? 0 : workMsMin + this.aroundMs(one)),
      0,
    );
    const spareMs = Math.max(0, plannedMs(later) * free - neededLater);
    const rateOf = this.rateOf(run);
    return {
      workMs,
      workMsFrom,
      judgingMs: run.mustFind
        ? () => 0
        : (history) =>
            Math.min(
              history.events * rateOf(history),
              workMs * judgingShareMax[this.isBound ? 'bound' : 'patient'],
            ),
      extraMs: this.isBound ? spareMs * spareShare : this.patienceMs,
    };
  }

  /** True where this run can't begin, as the command would take too long. Not so where it may: then it plays all that it has. */
  isTooLateFor(run: PlannedRun, nowMs: number): boolean {
    const leastMs = workMsMin + this.aroundMs(run) + this.reserveMs();
    return this.isBound && nowMs + leastMs > this.endMs + this.durationMs * lateShare;
  }

  /** @param extraMs what the run has taken on top */
  used(extraMs: number): void {
    this.patienceMs = Math.max(0, this.patienceMs - extraMs);
  }

  /** What a run has taken before its clients worked, and after that until it was over. One that was slow says more than one that was not. */
  framed(run: PlannedRun, took: { startingMs: number; endingMs: number }): void {
    const [startingMs, endingMs] = [took.startingMs / sizeOf(run), took.endingMs / sizeOf(run)];
    this.startingMs = Math.max(startingMs, (this.startingMs + startingMs) / 2);
    this.endingMs = Math.max(endingMs, (this.endingMs + endingMs) / 2);
  }

  judged({ target }: PlannedRun, events: number, tookMs: number): void {
    this.events += events;
    if (events < eventsMin) return;
    const rate = tookMs / events;
    this.rates.set(target.label, Math.max(rate, this.rates.get(target.label) ?? 0));
  }

  /** Where a machine needs twice as long to start processes, it needs as long to judge. */
  private rateOf({ target }: PlannedRun): (history: HistorySize) => number {
    const known = this.rates.get(target.label);
    const slowness = this.slowness();
    return ({ events, broken }) =>
      known ?? judgingMsPerEvent[broken > events * brokenShare ? 'broken' : 'calm'] * slowness * this.slower;
  }

  /** What starting the processes of a run and ending them takes; of one of `usualSize`, where none is named. */
  private aroundMs(run?: PlannedRun): number {
    const size = run ? sizeOf(run) : 1;
    return this.isBound ? (this.startingMs + this.endingMs) * size : overheadMs;
  }

  private reserveMs(): number {
    const writingMs = (reportMs + this.events * reportMsPerEvent) * this.slowness();
    return this.isBound ? writingMs + this.durationMs * reserveShare : 0;
  }

  private slowness(): number {
    return Math.max(1, this.aroundMs() / overheadMs);
  }
}

/** What a plan has for its scenarios: planted bugs have times of their own. */
function plannedMs(runs: readonly PlannedRun[]): number {
  return runs.reduce((sum, { workMs, mustFind }) => sum + (mustFind ? 0 : workMs + overheadMs), 0);
}

/** How many processes are to start, as a multiple of the usual: twice as many take twice as long. */
function sizeOf({ clients }: PlannedRun): number {
  const { desktop = 0 } = clients;
  const all = Object.values(clients).reduce((sum, count) => sum + count, observers + desktop);
  return all / usualSize;
}

/** A foreign reader looks on, and an audit at the end. */
const observers = 1;
const usualSize = 5;
/** Processes start in so much of what starting and ending them takes. */
const startingShare = 0.5;
/** A run that is hardly played proves nothing, however soon it is judged. */
const judgingShareMax = { bound: 0.8, patient: 0.5 };
/** Of fewer, the time says nothing about one. */
const eventsMin = 1000;
