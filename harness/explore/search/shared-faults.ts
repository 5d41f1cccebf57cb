import type { Choice } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';
import { Part } from './part.js';

/**
 * Divides a systematic search among several by what goes wrong first: each of them searches as if a client could only be killed,
 * paused or refused a call, or the file be damaged, after some of its own steps, every n-th. That is a program like any other, so
 * each search is as complete as it would be alone, and together they have tried every fault. What happens before any fault is
 * searched by each.
 */
export class SharedFaults extends Part {
  private steps: number[] = [];
  private hasFault = false;

  override begin(): boolean {
    this.steps = [];
    this.hasFault = false;
    return super.begin();
  }

  pick(choice: Choice): Action | undefined {
    const faults = this.hasFault ? choice.faults : choice.faults.filter((fault) => this.isOurs(fault));
    const action = this.inner.pick({ ...choice, faults });
    if (action?.do === 'run') this.steps[action.client] = (this.steps[action.client] ?? 0) + 1;
    else if (action) this.hasFault = true;
    return action;
  }

  private isOurs({ client }: Action): boolean {
    return ((this.steps[client] ?? 0) + client) % this.share.of === this.share.index;
  }
}
