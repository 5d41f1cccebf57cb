import type { Choice, Led, Share, Strategy } from '../execution/strategy.js';
import type { Action } from '../schedule/action.js';

/** A search of which this one does a part, by leaving out what is for the others to try. */
export abstract class Part implements Strategy {
  constructor(
    protected readonly inner: Strategy,
    protected readonly share: Share,
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

  abstract pick(choice: Choice): Action | undefined;

  end(led: Led): void {
    this.inner.end(led);
  }
}
