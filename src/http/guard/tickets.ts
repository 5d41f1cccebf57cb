import { createHash, randomBytes } from 'node:crypto';
import type { TokenInfo } from '../../tokens/token-info.js';

/** What a ticket is good for: one request to one path. */
export interface Errand {
  /** As it will stand in the request, without a query. */
  path: string;
  /** For a WebSocket; false for a plain GET, such as an EventSource's. */
  upgrade: boolean;
}

interface Issued extends Errand {
  token: TokenInfo;
  /** On the clock of `now`. */
  until: number;
}

const lifeMs = 30_000;
const openMax = 1000;

/**
 * Tickets in place of a token, for what a page can't give a header: EventSource and WebSocket. A URL ends up in logs and
 * histories, so what stands in it must be worth nothing there: each ticket is good once, for 30 seconds, for one path.
 * They live in memory, and die with the process and with their token.
 */
export class Tickets {
  /** By hash, so that a look-up's time tells nothing; oldest first. */
  private readonly issued = new Map<string, Issued>();

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  issue(token: TokenInfo, errand: Errand): { ticket: string; expiresInSeconds: number } {
    for (const [hash, { until }] of this.issued) {
      if (until > this.now() && this.issued.size < openMax) break;
      this.issued.delete(hash);
    }
    // 128 bits.
    const ticket = randomBytes(16).toString('base64url');
    this.issued.set(hashOf(ticket), { ...errand, token, until: this.now() + lifeMs });
    return { ticket, expiresInSeconds: lifeMs / 1000 };
  }

  /** Whoever shows a ticket has used it, rightly or not. @returns whose it was; undefined if it is not good for this */
  redeem(ticket: string, errand: Errand | undefined): TokenInfo | undefined {
    const hash = hashOf(ticket);
    const found = this.issued.get(hash);
    this.issued.delete(hash);
    if (!found || !errand || this.now() >= found.until) return undefined;
    return found.path === errand.path && found.upgrade === errand.upgrade ? found.token : undefined;
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64');
}
