import type { LossOffer } from '../execution/losses.js';
import { type Choice, continuing, type Led, type Share, type Strategy } from '../execution/strategy.js';
import { type Action, wordOf } from '../schedule/action.js';
import { NondeterminismError } from '../schedule/nondeterminism.js';
import { fingerprint } from '../world/fingerprint.js';

/**
 * After how many steps one of two processes lets the other go on, drawn by all that was done before: up to 64, as many calls as a
 * write makes or more, and early more often than late, as a process meets first what was left.
 */
function turnAfter(schedule: string, number: number): number {
  const drawn = fingerprint(`${number} ${schedule}`);
  return Math.floor(drawn / 4) % 2 ** (3 + (drawn % 4));
}

/** After how many steps one is interrupted by the other, and that one by the first. */
function turnsAfter(following: readonly Action[]): [number, number] {
  const schedule = following.map(wordOf).join(' ');
  const first = turnAfter(schedule, 1);
  return [first, first + 1 + turnAfter(schedule, 2)];
}

/** How far power losses were searched. */
export interface LossCounts {
  /** Moments at which the power could be lost: each once that is told apart. */
  points: number;
  /** States that the model leaves then, before equal ones are left out. */
  states: number;
  /** Different disks with different acknowledgements before, each tried once. */
  disks: number;
  /** Moments at which the bound has left states out. */
  cut: number;
}

/** Of all shares of a search: every one meets all points, and tries its part of the disks. @returns undefined where no power was lost */
export function addLosses(counts: readonly LossCounts[]): LossCounts | undefined {
  if (counts.length === 0) return undefined;
  const most = (count: (one: LossCounts) => number) => Math.max(...counts.map(count));
  return {
    points: most(({ points }) => points),
    states: most(({ states }) => states),
    disks: counts.reduce((sum, { disks }) => sum + disks, 0),
    cut: most(({ cut }) => cut),
  };
}

/**
 * A search, and the loss of power at every point of each of its executions, with every disk that may be left then. What is left
 * follows from what was done up to there, so an execution that goes on to its end serves for all of its points: each disk is tried
 * afterwards by an execution that does the same again, loses the power, and goes on. A disk that was left before, after the same
 * acknowledgements, is not tried again.
 */
export class PowerLosses implements Strategy {
  readonly counts: LossCounts = { points: 0, states: 0, disks: 0, cut: 0 };
  private readonly known = new Set<string>();
  private readonly moments = new Set<string>();
  private readonly queue: Action[][] = [];
  /** The schedule to be followed; undefined where the inner search leads. */
  private following: readonly Action[] | undefined;
  /** After how many steps behind it another process goes on; undefined until it is asked for. */
  private turns: readonly number[] | undefined;
  private taken: Action[] = [];
  private last: LossOffer | undefined;

  constructor(
    private readonly inner: Strategy,
    private readonly share: Share,
  ) {}

  get abandoned(): number {
    return this.inner.abandoned;
  }

  get exhausted(): boolean {
    return this.inner.exhausted && this.queue.length === 0 && this.counts.cut === 0;
  }

  get bound(): string {
    return this.inner.bound;
  }

  begin(): boolean {
    [this.taken, this.last, this.turns] = [[], undefined, undefined];
    this.following = this.queue.pop();
    return this.following !== undefined || this.inner.begin();
  }

  pick(choice: Choice): Action | undefined {
    const at = this.taken.length;
    const wanted = this.following?.[at];
    if (wanted === undefined) this.collect(choice);
    const action = wanted ? this.follow(choice, wanted) : this.goOn(choice);
    if (action) this.taken.push(action);
    return action;
  }

  end(led: Led): void {
    if (!this.following) this.inner.end(led);
  }

  private goOn(choice: Choice): Action | undefined {
    return this.following ? this.afterLoss(choice, this.following) : this.inner.pick(choice);
  }

  /** Of two that come after the loss, each is interrupted by the other once: see `turnsAfter`. */
  private afterLoss(choice: Choice, following: readonly Action[]): Action | undefined {
    const steps = this.taken.length - following.length;
    this.turns ??= turnsAfter(following);
    const isTurn = this.turns.includes(steps);
    if (!isTurn || choice.enabled.length < 2) return continuing(choice);
    const last = this.taken.at(-1)?.client;
    return choice.enabled.find(({ client }) => client !== last) ?? continuing(choice);
  }

  private follow(choice: Choice, wanted: Action): Action {
    const word = wordOf(wanted);
    const { enabled, others, faults } = choice;
    const losses = wanted.do === 'power' ? (choice.losses?.()?.actions ?? []) : [];
    const action = [...enabled, ...others, ...faults, ...losses].find((one) => wordOf(one) === word);
    if (!action) throw new NondeterminismError(choice.step, `${word} was possible before`);
    return action;
  }

  private collect(choice: Choice): void {
    const offer = choice.losses?.();
    if (!offer || offer === this.last) return;
    this.last = offer;
    const moment = choice.state();
    if (this.moments.has(moment)) return;
    this.moments.add(moment);
    this.counts.points++;
    this.counts.states += offer.tried;
    if (offer.isCut) this.counts.cut++;
    offer.actions.forEach((action, index) => {
      const key = offer.keys[index] ?? '';
      if (this.known.has(key)) return;
      this.known.add(key);
      if (!this.isOwn(key)) return;
      this.counts.disks++;
      this.queue.push([...this.taken, action]);
    });
  }

  /**
   * All shares meet the disks of the inner search, and agree by their keys which one tries each. What comes after a loss is met by the
   * share alone that has tried it.
   */
  private isOwn(key: string): boolean {
    const { index, of } = this.share;
    return this.following !== undefined || fingerprint(key) % of === index;
  }
}
