import { timingSafeEqual } from 'node:crypto';
import { closedError } from '../errors/store-error.js';
import { infoOf, isExpired, type TokenEntry } from './entry.js';
import { hashOf, idOf } from './format.js';
import type { LastUsed } from './last-used.js';
import { TokenFile } from './token-file.js';
import type { TokenInfo, TokenVerifier } from './token-info.js';

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

/** Reads the token file, and never writes it. While the file can't be read, every token is refused. */
export class Verifier implements TokenVerifier {
  readonly #tokens: TokenFile;
  readonly #now: () => number;
  readonly #lastUsed: LastUsed;
  readonly #presented = Buffer.alloc(hashLength);
  #entries: ReadonlyMap<string, TokenEntry> | undefined;
  #known = new Map<string, KnownToken>();
  #isClosed = false;

  constructor(file: string, now: () => number, lastUsed: LastUsed, allowUnsafe?: boolean) {
    this.#tokens = new TokenFile(file, allowUnsafe);
    this.#now = now;
    this.#lastUsed = lastUsed;
  }

  verify(token: string): TokenInfo | undefined {
    const id = typeof token === 'string' ? idOf(token) : undefined;
    if (id === undefined) return undefined;
    const known = this.#find(id);
    this.#presented.write(hashOf(token), 'latin1');
    const isRight = timingSafeEqual(this.#presented, known?.hash ?? noHash);
    if (!known || !isRight) return undefined;
    const now = this.#now();
    if (isExpired(known.info, now)) return undefined;
    this.#lastUsed.record(id, now);
    return known.info;
  }

  isLive(id: string): boolean {
    const known = this.#find(id);
    return known !== undefined && !isExpired(known.info, this.#now());
  }

  close(): void {
    this.#isClosed = true;
    this.#tokens.close();
  }

  #find(id: string): KnownToken | undefined {
    if (this.#isClosed) throw closedError();
    const entries = this.#tokens.entries();
    if (entries !== this.#entries) {
      this.#entries = entries;
      this.#known = new Map();
    }
    return this.#known.get(id) ?? this.#prepare(entries.get(id));
  }

  #prepare(entry: TokenEntry | undefined): KnownToken | undefined {
    if (!entry) return undefined;
    const known = { hash: Buffer.from(entry.hash, 'latin1'), info: infoOf(entry) };
    this.#known.set(entry.id, known);
    return known;
  }
}
