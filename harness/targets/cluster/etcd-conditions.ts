import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Connections } from '../../../src/etcd/member.js';
import type { Operation } from '../../../src/etcd/wire.js';
import type { Backend } from '../../../src/store/backend/backend.js';
import type { TargetOptions, TokenStore } from '../../core/target.js';

/** The options of the target that put its clients under bad conditions. A right store bears all of them. */
export const conditions = ['late', 'lost', 'silent', 'slow', 'stuck', 'reopens'] as const;

/** What they say, in numbers; 0 is none. */
export type Conditions = Readonly<Record<(typeof conditions)[number], number>>;

export function conditionsIn(options: TargetOptions): Conditions {
  const of = (name: keyof Conditions) => Number(options[name] ?? 0);
  return {
    late: of('late'),
    lost: of('lost'),
    silent: of('silent'),
    slow: of('slow'),
    stuck: of('stuck'),
    reopens: of('reopens'),
  };
}

/** A network that holds some transactions, loses the answers of others, is slow, and silent now and then. */
export class BadNetwork extends Connections {
  readonly #conditions: Conditions;
  readonly #isLocal: boolean;
  readonly #silentMs: number;
  #silentAt: number;

  /** @param isLocal a planted bug: its members answer reads from what they have */
  constructor(conditions: Conditions, isLocal: boolean) {
    super({});
    this.#conditions = conditions;
    this.#isLocal = isLocal;
    this.#silentMs = 1000 * conditions.silent;
    this.#silentAt = performance.now() + randomInt(1000, 1001 + this.#silentMs);
  }

  override async post(...[url, sent, options]: Parameters<Connections['post']>): Promise<Answer> {
    const isCommit = url.pathname === '/v3/kv/txn';
    const body = isCommit && this.#isLocal ? serializable(sent as Sent) : sent;
    const { late, lost, slow } = this.#conditions;
    if (slow > 0) await sleep(slow);
    const fate = randomInt(100);
    const isHeld = isCommit && fate < late;
    const isLost = isCommit && !isHeld && fate < late + lost;
    if (!this.#isSilent() && !isHeld && !isLost) return super.post(url, body, options);
    const pass = () => super.post(url, body, { ...options, timeoutMs: 60_000 }).catch(() => {});
    if (isHeld) setTimeout(pass, 1000);
    else if (isLost) void pass();
    await sleep(options.timeoutMs);
    throw new Error('no answer in time');
  }

  /** For as long again, and up to twice as long, it is not. */
  #isSilent(): boolean {
    if (this.#silentMs === 0) return false;
    const now = performance.now();
    if (now > this.#silentAt + this.#silentMs)
      this.#silentAt = now + randomInt(this.#silentMs, 2 * this.#silentMs);
    return now >= this.#silentAt;
  }
}

interface Sent {
  success: readonly Operation[];
  failure: readonly Operation[];
}

/** A transaction that writes nothing, as one that any member may answer. */
function serializable(body: Sent): object {
  const { success, failure } = body;
  if ([...success, ...failure].some((operation) => operation.request_range === undefined)) return body;
  const local = ({ request_range: range }: Operation) => ({
    request_range: { ...range, serializable: true },
  });
  return { ...body, success: success.map(local), failure: failure.map(local) };
}

/** Longer than a lease of etcd lives that is not kept alive. */
const standingMs = 8000;
const setBackMs = 3_600_000;

/**
 * A process that stands still, of 100 times so often, between the commit that shows that an answer can be stored and the question to the
 * provider; its wall clock is set back meanwhile.
 */
export function standingStill(backend: Backend, percent: number): Backend {
  if (percent === 0) return backend;
  return new Proxy(backend, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (name !== 'rewrite') return value.bind(target);
      return async (...call: Parameters<Backend['rewrite']>) => {
        await target.rewrite(...call);
        if (randomInt(100) >= percent) return;
        const { now } = Date;
        Date.now = () => now() - setBackMs;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, standingMs);
      };
    },
  });
}

/**
 * Verifies by tokens that are opened anew every so many seconds, as by servers that are started one after the other: one takes over when it
 * has verified a first token.
 */
export function reopening(open: () => TokenStore, seconds: number): TokenStore {
  const first = open();
  if (seconds === 0) return first;
  let verifier = open();
  let last: string | undefined;
  const replace = async () => {
    for (;;) {
      await sleep(1000 * seconds, undefined, { ref: false });
      const next = open();
      await (async () => last !== undefined && next.verify(last))().catch(() => {});
      void verifier.close?.().catch(() => {});
      verifier = next;
    }
  };
  void replace();
  return {
    ...first,
    verify: (token) => {
      last = token;
      return verifier.verify(token);
    },
  };
}
