import type { Action } from '../action.js';
import type { Share } from './random-walk.js';
import type { Choice, Led, Strategy } from './strategy.js';

/**
 * Divides a search of all interleavings among several by who takes the first step: what comes after it is a search of its own.
 * A search for which nobody is left has nothing to try.
 */
export class SharedFirstStep implements Strategy {
  constructor(
    private readonly inner: Strategy,
    private readonly share: Share,
  ) {}

  get abandoned(): number {
    return this.inner.abandoned;
  }

  get exhausted(): boolean {
    return this.inner.exhausted;
  }

  get bound(): string {
    return this.inner.bound;
  }

  begin(): boolean {
    return this.inner.begin();
  }

  pick(choice: Choice): Action | undefined {
    if (choice.step > 0) return this.inner.pick(choice);
    const isOurs = ({ client }: Action) => client % this.share.of === this.share.index;
    const [enabled, others, faults] = [choice.enabled, choice.others, choice.faults].map((actions) =>
      actions.filter(isOurs),
    ) as [Action[], Action[], Action[]];
    return this.inner.pick({ ...choice, enabled, others, faults });
  }

  end(led: Led): void {
    this.inner.end(led);
  }
}
