import type { Claim, ClaimState, Claims, SeenClaim, Version } from '../store/backend/claims.js';
import { wallClock } from '../wall-clock.js';
import { type ClaimContent, newClaim, type SeenText, seenClaim } from './claim-content.js';
import type { Etcd } from './client.js';
import { definiteError } from './failures.js';
import type { EtcdSettings } from './options.js';
import { foundValue, get, holds, put } from './wire.js';

/**
 * How long a claim outlives its process. It is kept alive while its process has it. It only tidies up and speeds up: what an attempt
 * brings is stored by comparison with the version that it was got for.
 */
const leaseSeconds = 5;
const callMs = 5000;

/** The claims that are kept for an answer, by id: the next store of this process may be the one that stores it. */
const kept = new Map<string, () => Promise<void>>();

/** One refresh across hosts: a claim is a key for each version of a credential, on a lease of its own. */
export class EtcdClaims implements Claims {
  readonly #etcd: Etcd;
  readonly #settings: EtcdSettings;

  constructor(etcd: Etcd, settings: EtcdSettings) {
    this.#etcd = etcd;
    this.#settings = settings;
  }

  async latest(version: Version): Promise<SeenText | undefined> {
    const { answer } = await this.#do(() => this.#etcd.txn([], [get(this.#keyOf(version))], [], soon()));
    const text = foundValue(answer, 0);
    return text === undefined ? undefined : seenClaim(text);
  }

  async acquire(version: Version, after: SeenClaim | undefined): Promise<Claim | undefined> {
    const key = this.#keyOf(version);
    const content = newClaim(after);
    const text = JSON.stringify(content);
    const seen = (after as SeenText | undefined)?.text;
    const lease = new Lease(this.#etcd);
    await this.#do(() => lease.begin());
    try {
      const { answer } = await this.#etcd.txn(
        [holds(key, seen)],
        [put(key, text, lease.id)],
        [get(key)],
        soon(),
      );
      // Not answered at the first try, and done all the same: the text tells.
      if (!answer.succeeded && foundValue(answer, 0) !== text) {
        await lease.end();
        return undefined;
      }
    } catch (error) {
      await lease.end();
      throw definiteError(this.#settings.place, error);
    }
    return this.#claim(key, content, lease);
  }

  async remove(_version: Version, id: string): Promise<void> {
    const end = kept.get(id);
    kept.delete(id);
    await end?.();
  }

  async sweep(): Promise<void> {
    // Leases do it.
  }

  #claim(key: string, content: ClaimContent, lease: Lease): Claim {
    let text = JSON.stringify(content);
    const mark = async (state: ClaimState) => {
      const next = JSON.stringify({ ...content, state });
      try {
        const change = [put(key, next, lease.id)];
        const { answer } = await this.#etcd.txn([holds(key, text)], change, [get(key)], soon());
        // Not answered at the first try, and done all the same: the text tells.
        if (answer.succeeded || foundValue(answer, 0) === next) text = next;
      } catch {
        // It ends with its lease.
      }
    };
    return {
      id: content.id,
      isLost: () => lease.isOver(),
      spend: () => mark('spent'),
      drop: () => lease.end(),
      fail: async () => {
        await mark('failed');
        lease.rest();
      },
      keep: async () => {
        kept.set(content.id, () => lease.end());
        await mark('unsaved');
      },
    };
  }

  #keyOf({ key, value }: Version): string {
    return `${this.#settings.prefix}/r/${key}-${value}`;
  }

  async #do<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw definiteError(this.#settings.place, error);
    }
  }
}

/** A lease of etcd, kept alive until it is ended. */
class Lease {
  readonly #etcd: Etcd;
  #id = '';
  #timer: NodeJS.Timeout | undefined;
  #goodUntil: Instant = { monotonic: 0, wall: 0 };

  constructor(etcd: Etcd) {
    this.#etcd = etcd;
  }

  get id(): string {
    return this.#id;
  }

  async begin(): Promise<void> {
    const sent = instant();
    const { answer } = await this.#etcd.call<{ ID: string }>(
      '/v3/lease/grant',
      { TTL: leaseSeconds },
      soon(),
    );
    this.#id = answer.ID;
    this.#goodUntil = after(sent);
    this.#timer = setInterval(() => this.#keepAlive(), (leaseSeconds * 1000) / 5).unref();
  }

  /**
   * True where etcd may have ended it already. Counts from before it was asked for last, by both clocks: the monotonic one stands
   * still while the machine is suspended. A clock that was set ahead only costs another attempt.
   */
  isOver(): boolean {
    const now = instant();
    return now.monotonic > this.#goodUntil.monotonic || now.wall > this.#goodUntil.wall;
  }

  /** It goes on until etcd ends it. */
  rest(): void {
    clearInterval(this.#timer);
  }

  async end(): Promise<void> {
    this.rest();
    await this.#etcd.call('/v3/lease/revoke', { ID: this.#id }, soon()).catch(() => {});
  }

  #keepAlive(): void {
    const sent = instant();
    const deadline = sent.monotonic + leaseSeconds * 1000;
    this.#etcd
      .call<{ result?: { TTL?: string } }>('/v3/lease/keepalive', { ID: this.#id }, deadline, true)
      .then(
        ({ answer }) => {
          if (Number(answer.result?.TTL ?? 0) > 0) this.#goodUntil = after(sent);
        },
        () => {},
      );
  }
}

/** The same moment on both clocks, in milliseconds. */
interface Instant {
  monotonic: number;
  wall: number;
}

function instant(): Instant {
  return { monotonic: performance.now(), wall: wallClock() };
}

/** The end of a lease that was asked for then. */
function after({ monotonic, wall }: Instant): Instant {
  return { monotonic: monotonic + leaseSeconds * 1000, wall: wall + leaseSeconds * 1000 };
}

function soon(): number {
  return performance.now() + callMs;
}
