import type { TokenVerifier } from '../../tokens/token-info.js';

const lookEveryMs = 250;

/**
 * Responses and connections that stay open after their token was checked: they end within a second when it has been revoked or
 * has expired (CVE-2026-40934: sessions that survived a change of the password).
 */
export class OpenStreams {
  readonly #byToken = new Map<string, Set<() => void>>();
  readonly #tokens: Pick<TokenVerifier, 'isLive'>;
  #timer: NodeJS.Timeout | undefined;

  constructor(tokens: Pick<TokenVerifier, 'isLive'>) {
    this.#tokens = tokens;
  }

  /** @param end ends the stream; called at most once @returns a function to call when the stream has ended by itself */
  hold(id: string, end: () => void): () => void {
    const ends = this.#byToken.get(id) ?? new Set();
    this.#byToken.set(id, ends.add(end));
    this.#timer ??= setInterval(() => this.#endRevoked(), lookEveryMs).unref();
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.#byToken.get(id) === ends) this.#byToken.delete(id);
    };
  }

  #endRevoked(): void {
    for (const [id, ends] of this.#byToken) {
      if (this.#isLive(id)) continue;
      this.#byToken.delete(id);
      for (const end of ends) end();
    }
    // Not at once when the last has ended: each request would set it up anew.
    if (this.#byToken.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #isLive(id: string): boolean {
    try {
      return this.#tokens.isLive(id);
    } catch {
      // The file can't be read: no token is accepted now, so no stream stays.
      return false;
    }
  }
}
