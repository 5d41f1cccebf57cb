import type { Choice } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { Part } from './part.js';

/**
 * Divides a search of all interleavings by the client that takes the first step: what follows is a search of its own.
 * A part for which no client is left has nothing to try.
 */
export class SharedFirstStep extends Part {
  pick(choice: Choice): Action | undefined {
    if (choice.step > 0) return this.inner.pick(choice);
    const isOurs = ({ client }: Action) => client % this.share.of === this.share.index;
    return this.inner.pick({
      ...choice,
      enabled: choice.enabled.filter(isOurs),
      others: choice.others.filter(isOurs),
      faults: choice.faults.filter(isOurs),
    });
  }
}
