import { Random } from '../../workload/random.js';
import type { Executed } from '../execution/executed.js';
import { type Choice, continuing, type Led, type Share, type Strategy } from '../execution/strategy.js';
import { type Action, parseSchedule, printSchedule, wordOf } from '../schedule/action.js';
import { type Counts, Coverage, type Seen } from './coverage.js';

/** What an earlier search has left for this one. */
export interface Kept {
  schedules: readonly string[];
  /** What searches of the same version of everything have seen; absent where the schedules are to be run again to see it. */
  seen?: Seen;
  /** How often a search has gone on from it: what is drawn differs from that of the one before. */
  run: number;
  /** So many schedules of this seed were drawn by searches of the same version of everything. */
  drawn: number;
}

/** A schedule that showed something new. */
export interface KeptSchedule {
  schedule: string;
  brought: Counts;
  /** Which execution of its search it was, from 1. */
  execution: number;
}

/** What is to be kept of a search. */
export interface Grown {
  added: KeptSchedule[];
  /** Kept ones that showed nothing that those before them had not. */
  idle: string[];
  /** How many schedules of this seed are drawn now. */
  drawn: number;
  seen: Seen;
}

/** Two searches that draw the tails of schedules may not draw the same. */
const tailSeedStep = 7919;
const detourStepsMax = 8;
const addedMax = 256;

/** How an execution departs from a schedule that it follows. */
interface Departure {
  at: number;
  /** So many steps of others come between; none: what follows is drawn. */
  detour: number;
  /** So many of these are to come. */
  left: number;
}

/**
 * Grows a corpus: every second execution is drawn, and every other one follows a schedule that
 * showed something new, up to a point. From there it is drawn, or it goes on along the schedule after a detour of another client.
 */
export class GrownSearch implements Strategy {
  readonly abandoned = 0;
  readonly exhausted = false;
  private readonly coverage: Coverage;
  private readonly schedules: Action[][] = [];
  private readonly added: KeptSchedule[] = [];
  private readonly idle: string[] = [];
  /** To be run again first. */
  private readonly again: readonly string[];
  private readonly drawing: Strategy;
  private readonly tails: Strategy;
  private random = new Random(0, 'corpus');
  private count = 0;
  private drawn = 0;
  private grown = 0;
  private plan: Action[] | undefined;
  private next = 0;
  private departure: Departure | undefined;
  private isTail = false;

  /**
   * @param make a search that is drawn, by a seed, and by the part of its schedules that are ours
   * @param turns how many executions there are, the kept schedules included
   * @param clients how many there are; what comes after them is not led by a strategy
   */
  constructor(
    make: (seed: number, share: Share) => Strategy,
    private readonly options: { seed: number; turns: number; clients: number },
    private readonly share: Share,
    private readonly from: Kept,
  ) {
    const { index, of } = share;
    this.coverage = new Coverage(from.seen);
    this.again = from.seen ? [] : from.schedules;
    if (from.seen) this.schedules.push(...from.schedules.map((one) => parseSchedule(one)));
    this.drawing = make(options.seed, { index: index + from.drawn, of });
    this.tails = make(options.seed + tailSeedStep * (from.run + 1), share);
  }

  get bound(): string {
    const again = Math.min(this.count, this.again.length);
    const first = again === 0 ? '' : `, and ${again} of the corpus run again`;
    return `${this.drawing.bound}; ${this.grown} more that grew from what showed something new${first}`;
  }

  /** What is to be kept. */
  get found(): Grown {
    const { added, idle } = this;
    const drawn = this.from.drawn + this.drawn * this.share.of;
    return { added, idle, drawn, seen: this.coverage.seen };
  }

  begin(): boolean {
    if (this.count >= this.options.turns) return false;
    const again = this.again[this.count++];
    this.next = 0;
    this.departure = undefined;
    this.isTail = false;
    this.plan = again === undefined ? this.grow() : parseSchedule(again);
    if (this.plan) return true;
    this.drawn++;
    return this.drawing.begin();
  }

  pick(choice: Choice): Action | undefined {
    if (!this.plan) return this.drawing.pick(choice);
    if (this.isTail) return this.tails.pick(choice);
    return this.along(choice) ?? this.depart(choice) ?? this.along(choice) ?? continuing(choice);
  }

  end(led: Led): void {
    if (!this.plan) this.drawing.end(led);
    else if (this.isTail) this.tails.end(led);
  }

  learn({ steps }: Executed): void {
    const ours = steps.filter(({ client }) => client < this.options.clients);
    const brought = this.coverage.add({ steps: ours });
    const again = this.again[this.count - 1];
    const isNew = brought.pairs + brought.states > 0;
    if (again !== undefined && !isNew) this.idle.push(again);
    if (!isNew || this.added.length >= addedMax) return;
    const actions = ours.map(({ action }) => action);
    this.schedules.push(actions);
    const [schedule, execution] = [printSchedule(actions), this.count];
    if (again === undefined) this.added.push({ schedule, brought, execution });
  }

  /** @returns undefined where this one is to be drawn */
  private grow(): Action[] | undefined {
    const { seed } = this.options;
    this.random = new Random(seed, `corpus ${this.from.run} ${this.share.index} ${this.count}`);
    if (this.schedules.length === 0 || this.random.oneIn(2)) return undefined;
    const schedule = this.random.pick(this.schedules);
    const at = this.random.int(0, Math.max(0, schedule.length - 1));
    const detour = this.random.oneIn(2) ? 0 : this.random.int(1, detourStepsMax);
    this.departure = { at, detour, left: detour };
    this.grown++;
    return schedule;
  }

  /** @returns undefined where there is no departure, or none any more */
  private depart(choice: Choice): Action | undefined {
    const { departure } = this;
    if (departure?.detour === 0) {
      this.isTail = true;
      this.tails.begin();
      return this.tails.pick(choice);
    }
    this.departure = departure && departure.left > 0 ? departure : undefined;
    if (!this.departure) return undefined;
    this.departure.left--;
    const turn = this.plan?.[this.next]?.client;
    const others = choice.enabled.filter(({ client }) => client !== turn);
    return others.length > 0 ? this.random.pick(others) : undefined;
  }

  /** The next step of the schedule that is possible. */
  private along({ enabled, others, faults }: Choice): Action | undefined {
    const plan = this.plan ?? [];
    const end = this.departure?.at ?? plan.length;
    while (this.next < end) {
      const wanted = wordOf(plan[this.next++] as Action);
      const action = [...enabled, ...others, ...faults].find((one) => wordOf(one) === wanted);
      if (action) return action;
    }
    return undefined;
  }
}
