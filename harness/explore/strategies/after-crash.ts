import type { Action } from '../action.js';
import type { Choice, Led, Strategy } from './strategy.js';

/**
 * First of all the first client is killed, and time passes, so that the others find what it has left behind. One search after
 * the other, each after one more change that it had made.
 */
export class AfterCrash implements Strategy {
  private inner: Strategy;
  /** After so many chances to die it does. */
  private chance = 0;
  private left = 0;
  private isKilled = false;
  private isWaiting = false;
  private wasLast = false;
  private abandonedBefore = 0;
  private isExhausted = true;

  /** @param make the search of what the others then do */
  constructor(private readonly make: () => Strategy) {
    this.inner = make();
  }

  get abandoned(): number {
    return this.abandonedBefore + this.inner.abandoned;
  }

  get exhausted(): boolean {
    return this.wasLast && this.isExhausted;
  }

  get bound(): string {
    return `after a crash, at each of the first client's changes: ${this.inner.bound}`;
  }

  begin(): boolean {
    this.left = this.chance;
    this.isKilled = false;
    this.isWaiting = false;
    if (!this.wasLast && this.inner.begin()) return true;
    if (this.wasLast) return false;
    this.isExhausted = this.isExhausted && this.inner.exhausted;
    this.abandonedBefore += this.inner.abandoned;
    this.inner = this.make();
    this.left = ++this.chance;
    return this.inner.begin();
  }

  pick(choice: Choice): Action | undefined {
    if (this.isWaiting) {
      this.isWaiting = false;
      return choice.faults.find((action) => action.do === 'wait');
    }
    if (this.isKilled) return this.inner.pick(choice);
    const kill = choice.faults.find((action) => action.do === 'kill' && action.client === 0);
    if (kill && this.left-- === 0) {
      this.isKilled = true;
      this.isWaiting = true;
      return kill;
    }
    const next = choice.enabled.find(({ client }) => client === 0);
    // It has come to its end alive: there are no more places to die.
    this.wasLast = this.wasLast || next === undefined;
    return next;
  }

  end(led: Led): void {
    this.inner.end(led);
  }
}
