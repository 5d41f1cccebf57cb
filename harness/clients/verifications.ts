import { setTimeout as sleep } from 'node:timers/promises';
import type { TokenStore } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import type { Worker } from '../line/worker.js';
import { type HandedOut, valueIn } from './handed-out.js';

interface Verification {
  begin: number;
  end: number;
}

/** A token, and the verifications of it since the last that was recorded. */
interface Tried {
  token: HandedOut;
  result: ValueId | null | undefined;
  /** The last one; undefined where it was recorded already. */
  last: Verification | undefined;
  unrecorded: number;
}

/** A long run of equal results is recorded this often, so that the history says when it was. */
const recordEveryNs = 50e6;

/**
 * Verifies tokens by the hundred thousand, and records the first and the last of each run of equal results. That is all a
 * judge needs: a token lives once, so a result between two equal ones is right if these two are.
 */
export class Verifications {
  private readonly tried = new Map<string, Tried>();
  private recordedAt = 0;

  constructor(
    private readonly worker: Worker,
    private readonly tokens: TokenStore,
  ) {}

  get isEmpty(): boolean {
    return this.tried.size === 0;
  }

  add(token: HandedOut): void {
    this.tried.set(token.key, { token, result: undefined, last: undefined, unrecorded: 0 });
  }

  /** Forgets the oldest of the refused ones. */
  keep(refusedMax: number): void {
    const refused = [...this.tried.values()].filter(({ result }) => result === null);
    for (const tried of refused.slice(0, -refusedMax)) {
      this.recordPending(tried);
      this.tried.delete(tried.token.key);
    }
  }

  /** Each once. */
  async round(): Promise<void> {
    for (const tried of this.tried.values()) if (!(await this.verify(tried))) return;
    const now = this.worker.now();
    if (now - this.recordedAt > recordEveryNs) this.flush();
  }

  flush(): void {
    for (const tried of this.tried.values()) this.recordPending(tried);
    this.recordedAt = this.worker.now();
  }

  /** @returns false where nothing could be recorded: then all others would fail alike */
  private async verify(tried: Tried): Promise<boolean> {
    const { key, token } = tried.token;
    const begin = this.worker.now();
    try {
      const name = await this.tokens.verify(token);
      const now = { begin, end: this.worker.now() };
      const result = name === undefined ? null : valueIn(name, key);
      if (result === tried.result) {
        tried.unrecorded++;
        tried.last = now;
      } else {
        this.recordPending(tried);
        tried.result = result;
        this.worker.recordRead(key, { ...now, result, times: 1 });
      }
      return true;
    } catch (error) {
      this.recordPending(tried);
      this.worker.recordFailedRead(key, begin, error);
      await sleep(2);
      return false;
    }
  }

  private recordPending(tried: Tried): void {
    const { token, result, last, unrecorded } = tried;
    if (last && result !== undefined)
      this.worker.recordRead(token.key, { ...last, result, times: unrecorded });
    tried.last = undefined;
    tried.unrecorded = 0;
  }
}
