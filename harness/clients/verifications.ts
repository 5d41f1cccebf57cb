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
  /** It waits for an answer. */
  isUnderWay: boolean;
}

/** A long run of equal results is recorded this often, so that the history says when it was. */
const recordEveryNs = 50e6;
/** Where nothing can be verified now. */
const pauseMs = 2;

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
    this.tried.set(token.key, {
      token,
      result: undefined,
      last: undefined,
      unrecorded: 0,
      isUnderWay: false,
    });
  }

  /** Forgets the oldest of the refused ones. */
  keep(refusedMax: number): void {
    const refused = [...this.tried.values()].filter(({ result }) => result === null);
    for (const tried of refused.slice(0, -refusedMax)) {
      this.recordPending(tried);
      this.tried.delete(tried.token.key);
    }
  }

  /** Each once. One that waits for the answer of another machine holds up no other: those are known here, and must still be right. */
  async round(): Promise<void> {
    let begun = 0;
    for (const tried of this.tried.values()) {
      if (tried.isUnderWay) continue;
      begun++;
      if (await Promise.race([this.verify(tried), nextTurn()])) continue;
      await sleep(pauseMs);
      return;
    }
    if (begun === 0) await sleep(pauseMs);
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
    tried.isUnderWay = true;
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
      return false;
    } finally {
      tried.isUnderWay = false;
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

/** Comes after every answer that needs no other machine, and no disk. */
function nextTurn(): Promise<true> {
  return new Promise((resolve) => setImmediate(resolve, true));
}
