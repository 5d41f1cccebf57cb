import { type Action, wordOf } from '../schedule/action.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';
import { type Choice, continuing, type Strategy } from './strategy.js';

/**
 * Leads one execution along a schedule, and from its end on without preemptions.
 * @param lenient a step that is not possible is left out: a schedule from which something was taken away still means something
 */
export class Replay implements Strategy {
  readonly abandoned = 0;
  readonly exhausted = false;
  readonly bound = 'one schedule';
  private isBegun = false;
  private next = 0;

  constructor(
    private readonly schedule: readonly Action[],
    private readonly lenient: boolean,
  ) {}

  begin(): boolean {
    if (this.isBegun) return false;
    this.isBegun = true;
    return true;
  }

  pick(choice: Choice): Action | undefined {
    const possible = new Map(
      [...choice.enabled, ...choice.others, ...choice.faults].map((one) => [wordOf(one), one]),
    );
    while (this.next < this.schedule.length) {
      const wanted = wordOf(this.schedule[this.next++] as Action);
      const action = possible.get(wanted) ?? lossOf(choice, wanted);
      if (action) return action;
      if (!this.lenient) throw new NondeterminismError(choice.step, `${wanted} is not possible here`);
    }
    return continuing(choice);
  }

  end(): void {}
}

function lossOf(choice: Choice, wanted: string): Action | undefined {
  return wanted.startsWith('x')
    ? choice.losses?.()?.actions.find((action) => wordOf(action) === wanted)
    : undefined;
}
