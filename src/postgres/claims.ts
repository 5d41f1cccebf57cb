import { type ClaimContent, newClaim, type SeenText, seenClaim } from '../etcd/claim-content.js';
import type { Claim, ClaimState, Claims, SeenClaim, Version } from '../store/backend/claims.js';
import { wallClock } from '../wall-clock.js';
import { definiteError } from './failures.js';
import { Line } from './line.js';
import type { PostgresSettings } from './options.js';
import { acquireClaim, changeClaim, dropClaim, latestClaim } from './schema.js';

/** How long a claim outlives its process. It only tidies up and speeds up: what an attempt brings is stored by comparison. */
const leaseSeconds = 5;
const callMs = 5000;

/** The claims that are kept for an answer, by id: the next store of this process may be the one that stores it. */
const kept = new Map<string, () => Promise<void>>();

/** One refresh across hosts: a claim is a row for each version of a credential, for as long as its process keeps it alive. */
export class PostgresClaims implements Claims {
  readonly #settings: PostgresSettings;
  #open: Line | undefined;
  #living = 0;

  constructor(settings: PostgresSettings) {
    this.#settings = settings;
  }

  async latest(version: Version): Promise<SeenText | undefined> {
    const content = await this.#ask(latestClaim, [this.#nameOf(version)], 'content');
    if (typeof content !== 'string') return undefined;
    return seenClaim(content);
  }

  async acquire(version: Version, after: SeenClaim | undefined): Promise<Claim | undefined> {
    const name = this.#nameOf(version);
    const content = newClaim(after);
    const seen = (after as SeenText | undefined)?.text ?? null;
    const lease = new Lease();
    const isOurs = await this.#ask(acquireClaim, [name, seen, JSON.stringify(content), String(leaseSeconds)]);
    return isOurs === true ? this.#claim(name, content, lease) : undefined;
  }

  async remove(_version: Version, id: string): Promise<void> {
    const end = kept.get(id);
    kept.delete(id);
    await end?.();
  }

  async sweep(): Promise<void> {
    // Each that is acquired removes those that are over.
  }

  #claim(name: string, content: ClaimContent, lease: Lease): Claim {
    let text = JSON.stringify(content);
    /** Never fails: a claim that can't be changed ends by itself. */
    const change = async (next: string) => {
      const sent = new Lease();
      const said = await this.#ask(changeClaim, [name, text, next, String(leaseSeconds)]).catch(() => false);
      if (said !== true) return;
      text = next;
      lease.extend(sent);
    };
    this.#living++;
    const timer = setInterval(() => change(text), (leaseSeconds * 1000) / 5).unref();
    let isLeft = false;
    const leave = () => {
      clearInterval(timer);
      if (!isLeft) this.#rest();
      isLeft = true;
    };
    const mark = (state: ClaimState) => change(JSON.stringify({ ...content, state }));
    const end = async () => {
      await this.#ask(dropClaim, [name, text]).catch(() => {});
      leave();
    };
    return {
      id: content.id,
      isLost: () => lease.isOver(),
      spend: () => mark('spent'),
      drop: end,
      fail: async () => {
        await mark('failed');
        leave();
      },
      keep: async () => {
        kept.set(content.id, end);
        await mark('unsaved');
      },
    };
  }

  #nameOf({ key, value }: Version): string {
    return `${this.#settings.prefix}/r/${key}-${value}`;
  }

  /** A connection is there only while it is needed: the store that made this may be closed by then. */
  async #ask(text: string, parameters: (string | null)[], column = 'said'): Promise<unknown> {
    this.#open ??= new Line(this.#settings);
    this.#living++;
    try {
      return (await this.#open.ask(text, parameters, performance.now() + callMs)).row?.[column];
    } catch (error) {
      throw definiteError(this.#settings.place, error);
    } finally {
      this.#rest();
    }
  }

  #rest(): void {
    if (--this.#living > 0) return;
    this.#open?.close();
    this.#open = undefined;
  }
}

/** How long the server keeps a claim at least, by both clocks of this process: the monotonic one stands still while the machine is suspended. */
class Lease {
  #until = { monotonic: performance.now() + leaseSeconds * 1000, wall: wallClock() + leaseSeconds * 1000 };

  isOver(): boolean {
    return performance.now() > this.#until.monotonic || wallClock() > this.#until.wall;
  }

  /** @param sent begun before the server was asked to keep it for longer */
  extend(sent: Lease): void {
    this.#until = sent.#until;
  }
}
