import { Random } from '../../workload/random.js';
import type { Choice, Led, Share, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';

/** Draws for each execution whether something goes wrong in it, how often, and before which steps. */
export class FaultLottery {
  /** Something may go wrong in this execution. */
  hasTicket = false;
  private at: number | undefined;
  private stepsMax = 0;

  /**
   * Draws the same numbers whatever is known: how long executions are depends on who has made those before, and the order of the
   * steps of this one, which is drawn by the numbers behind, must not. A first execution has no length to draw from yet.
   */
  begin(random: Random): void {
    const where = random.oneIn(2) ? random.int(0, 0xffff_ffff) : undefined;
    this.at = where === undefined || this.stepsMax === 0 ? undefined : where % this.stepsMax;
    this.hasTicket = this.at !== undefined;
  }

  draw({ faults, step }: Choice, random: Random): Action | undefined {
    if (this.at === undefined || step < this.at || faults.length === 0) return undefined;
    // Where more than one may go wrong: after this one, perhaps another.
    this.at = random.oneIn(2) ? random.int(step + 1, Math.max(step + 1, this.stepsMax)) : undefined;
    return random.pick(faults);
  }

  end({ steps }: Led): void {
    this.stepsMax = Math.max(this.stepsMax, steps);
  }
}

/** At each step one of the clients that can go on does, each with the same probability. */
export class RandomWalk implements Strategy {
  readonly abandoned = 0;
  readonly exhausted = false;
  readonly bound = 'uniformly random schedules; no bound is known';
  private count: number;
  private random = new Random(0, 'schedule');
  private readonly lottery = new FaultLottery();

  constructor(
    private readonly seed: number,
    private readonly schedulesMax: number,
    private readonly share: Share,
  ) {
    this.count = share.index;
  }

  begin(): boolean {
    if (this.count >= this.schedulesMax) return false;
    this.random = new Random(this.seed, `schedule ${this.count}`);
    this.count += this.share.of;
    this.lottery.begin(this.random);
    return true;
  }

  pick(choice: Choice): Action | undefined {
    const { enabled, others } = choice;
    return this.lottery.draw(choice, this.random) ?? this.random.pick([...enabled, ...others]);
  }

  end(led: Led): void {
    this.lottery.end(led);
  }
}
