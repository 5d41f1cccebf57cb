import { timingSafeEqual } from 'node:crypto';
import { closedError } from '../errors/store-error.js';
import { infoOf, isExpired, type TokenEntry } from './entry.js';
import { hashOf, idOf } from './format.js';
import type { TokenInfo, TokenVerifier } from './token-info.js';
import type { TokenSource, UseNotes } from './token-source.js';

const hashLength = 64;
/**
 * What an unknown id is compared with, so that the comparison takes as long as with a known one. No hash is all zeros. The look-up
 * before it differs by some 100 ns, and shows no more than whether an id is known: ids are public.
 */
const noHash = /* @__PURE__ */ Buffer.alloc(hashLength, '0');

/** An entry, made ready for many requests. */
interface KnownToken {
  hash: Buffer;
  info: TokenInfo;
}

/** Looks at the tokens at each call, and never writes. While they can't be read, every token is refused. */
export class Verifier implements TokenVerifier {
  readonly #tokens: TokenSource;
  readonly #now: () => number;
  readonly #lastUsed: UseNotes;
  readonly #presented = Buffer.alloc(hashLength);
  #looked: object | undefined;
  #known = new Map<string, KnownToken>();
  #isClosed = false;

  constructor(tokens: TokenSource, now: () => number, lastUsed: UseNotes) {
    this.#tokens = tokens;
    this.#now = now;
    this.#lastUsed = lastUsed;
  }

  verify(token: string): TokenInfo | undefined {
    const id = typeof token === 'string' ? idOf(token) : undefined;
    if (id === undefined) return undefined;
    const known = this.#find(id, true);
    this.#presented.write(hashOf(token), 'latin1');
    const isRight = timingSafeEqual(this.#presented, known?.hash ?? noHash);
    if (!known || !isRight) return undefined;
    const now = this.#now();
    if (isExpired(known.info, now)) return undefined;
    this.#lastUsed.record(id, now);
    return known.info;
  }

  prepare(token?: string): Promise<void> | undefined {
    const id = token === undefined ? undefined : idOf(token);
    // What is no token at all is refused without a question.
    if (this.#isClosed || (token !== undefined && id === undefined)) return undefined;
    return this.#tokens.prepare?.(id);
  }

  isLive(id: string): boolean {
    const known = this.#find(id, false);
    return known !== undefined && !isExpired(known.info, this.#now());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#tokens.close();
  }

  #find(id: string, isAsked: boolean): KnownToken | undefined {
    if (this.#isClosed) throw closedError();
    const looked = this.#tokens.look();
    if (looked !== this.#looked) {
      this.#looked = looked;
      this.#known = new Map();
    }
    return this.#known.get(id) ?? this.#remember(this.#tokens.find(id, isAsked));
  }

  #remember(entry: TokenEntry | undefined): KnownToken | undefined {
    if (!entry) return undefined;
    const known = { hash: Buffer.from(entry.hash, 'latin1'), info: infoOf(entry) };
    this.#known.set(entry.id, known);
    return known;
  }
}
