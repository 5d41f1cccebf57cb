import { createHash, randomBytes } from 'node:crypto';
import type { TokenInfo } from '../../tokens/token-info.js';

/** The one request that a ticket is good for. */
export interface Errand {
  /** The path of the request, in normal form and without a query: `/event`. */
  path: string;
  /** True for a WebSocket; false for a plain GET, such as an EventSource's. */
  upgrade: boolean;
}

interface Issued extends Errand {
  token: TokenInfo;
  /** On the clock of `now`. */
  until: number;
}

export const ticketLifeSeconds = 30;
/** A page opens a few streams at a time. A token that asks for more spends its own tickets, and no other's. */
const ofTokenMax = 100;
/** Some megabytes. */
const inAllMax = 10_000;

/**
 * Tickets in place of a token, for EventSource and WebSocket, to which a page can't give a header. A URL ends up in logs and
 * histories, so what it holds must be worthless there: each ticket is good once, for 30 seconds, for one path. Tickets live in
 * memory, and die with the process and with their token.
 */
export class Tickets {
  /** By hash, so that the time of a look-up reveals nothing; oldest first. */
  readonly #issued = new Map<string, Issued>();
  /** The hashes of a token's tickets, oldest first. */
  readonly #byToken = new Map<string, Set<string>>();

  /** @param now milliseconds of a clock that never goes back */
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns undefined where too many are open, and none of them belongs to this token. */
  issue(token: TokenInfo, errand: Errand): { ticket: string; expiresInSeconds: number } | undefined {
    this.#forgetExpired();
    const [oldest, ...others] = this.#byToken.get(token.id) ?? [];
    const isFull = this.#issued.size >= inAllMax;
    if (isFull && oldest === undefined) return undefined;
    if (oldest !== undefined && (isFull || others.length + 1 >= ofTokenMax)) this.#remove(oldest);
    // 128 bits.
    const ticket = randomBytes(16).toString('base64url');
    const hash = hashOf(ticket);
    this.#issued.set(hash, { ...errand, token, until: this.#now() + ticketLifeSeconds * 1000 });
    this.#byToken.set(token.id, (this.#byToken.get(token.id) ?? new Set()).add(hash));
    return { ticket, expiresInSeconds: ticketLifeSeconds };
  }

  /** Spends a ticket, whether it fits or not. @returns its token; undefined if the ticket is not good for this request */
  redeem(ticket: string, errand: Errand | undefined): TokenInfo | undefined {
    const found = this.#remove(hashOf(ticket));
    if (!found || !errand || this.#now() >= found.until) return undefined;
    return found.path === errand.path && found.upgrade === errand.upgrade ? found.token : undefined;
  }

  /** All live equally long, so the oldest are the first to expire. */
  #forgetExpired(): void {
    for (const [hash, { until }] of this.#issued) {
      if (until > this.#now()) break;
      this.#remove(hash);
    }
  }

  #remove(hash: string): Issued | undefined {
    const found = this.#issued.get(hash);
    if (!found) return undefined;
    this.#issued.delete(hash);
    const own = this.#byToken.get(found.token.id);
    own?.delete(hash);
    if (own?.size === 0) this.#byToken.delete(found.token.id);
    return found;
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64');
}
