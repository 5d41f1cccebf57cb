import { StoreError } from '../errors/store-error.js';
import type { Engine, StoreEvent } from '../store/backend/backend.js';
import { engineAt } from '../store/backend/engines.js';
import { notify } from '../store/backend/notify.js';
import type { Entries } from '../store/document/entries.js';
import { openStore, type Store } from '../store/store.js';
import { wallClock } from '../wall-clock.js';
import { checkGrace, checkName, checkPermissions, notToRotate } from './checks.js';
import { EngineTokens } from './engine-tokens.js';
import { EngineUses } from './engine-uses.js';
import { decodeEntry, encodeEntry, infoOf, isExpired, type TokenEntry } from './entry.js';
import { checkExpiry, defaultGraceMs, defaultLifeMs } from './expiry.js';
import { hashOf, isId, newToken } from './format.js';
import { LastUsed } from './last-used.js';
import { tokenFile } from './location.js';
import { type Permission, permissions } from './permissions.js';
import { settledWhereOver } from './settled.js';
import { TokenFile } from './token-file.js';
import type { TokenInfo, TokenVerifier } from './token-info.js';
import type { UseNotes } from './token-source.js';
import type { LastUse } from './use-times.js';
import { Verifier } from './verifier.js';
import { findId } from './which.js';

/** How `openTokens` finds its file and waits for other processes. */
export interface TokensOptions {
  /** Default: `auth-tokens.json` in the agent's configuration directory. */
  file?: string;
  /** Milliseconds since 1970, for creation and expiry. Default: the wall clock. */
  now?: () => number;
  /** Milliseconds for which a silent process is waited for, as in `StoreOptions`. Default 1000. */
  leaseMs?: number;
  /** Milliseconds that one call may take, as in `StoreOptions`. Default 10000. */
  deadlineMs?: number;
  /** Uses the file even where another user could replace it, and so let in anyone they like. Default false. */
  allowUnsafe?: boolean;
  /** Called after a repair of the file, when the notes of last uses can't be read, and with what an engine reports of its members. */
  onEvent?: (event: StoreEvent) => void;
}

/** What a new token is to be. */
export interface NewTokenOptions {
  /** A label for people: 1 to 100 characters, none of them a control character. */
  name?: string | undefined;
  /** At least one. Default: all three. */
  permissions?: readonly Permission[] | undefined;
  /** Milliseconds since 1970, or null for never. Default: in 90 days. */
  expiresAt?: number | null | undefined;
}

/** How a rotation ends the old token, and how long the new one lives. */
export interface RotateOptions {
  /** Milliseconds for which the old token is still accepted: 0 to a day, and never beyond its own expiry. Default: an hour. */
  graceMs?: number | undefined;
  /** Expiry of the new token: milliseconds since 1970, or null for never. Default: the old token's whole life, from now on. */
  expiresAt?: number | null | undefined;
}

/** A token that was just made. */
export interface NewToken {
  /** The secret. No later call returns it: only its hash is stored. */
  token: string;
  /** What may be shown of it. */
  info: TokenInfo;
}

/** The result of a rotation. */
export interface RotatedToken extends NewToken {
  /** The old token; its `expiresAt` is when it ends now. */
  old: TokenInfo;
}

/**
 * A row of the list of tokens. An `unusable` token has an entry that this version doesn't understand, so it is refused.
 * `lastUsedAt` is in milliseconds since 1970, null for never, and 'unknown' where the notes can't be read, or were damaged
 * after the token was created.
 */
export type ListedToken =
  | (TokenInfo & { readonly state: 'active' | 'expired'; readonly lastUsedAt: LastUse })
  | { readonly id: string; readonly state: 'unusable'; readonly lastUsedAt: LastUse };

/**
 * The tokens of a server, in one file shared by any number of processes; or on an engine, shared by any number of machines.
 *
 * Creations, deletions and rotations are linearizable across processes and durable when they return. A deletion that has
 * returned is final: no process accepts the token again, with no delay, and no restoration brings it back.
 */
export interface Tokens extends TokenVerifier, AsyncDisposable {
  /**
   * The same as `verify`, which it waits for where the tokens are on an engine that must be asked: a promise then, and the result
   * itself otherwise.
   * @throws StoreError as `verify` does, by the promise where it returns one
   */
  check(token: string): TokenInfo | undefined | Promise<TokenInfo | undefined>;
  /**
   * Makes a token and stores its hash.
   * @throws StoreError `E_INPUT` for a name, a permission or an expiry that can't be; otherwise as `Store.set` does
   */
  create(options?: NewTokenOptions): Promise<NewToken>;
  /**
   * Returns all tokens, expired ones included, in the order of the file: the newest last. Where the notes of last uses can't be
   * read, `onEvent` gets an `unreadable` event with the reason.
   */
  list(): Promise<ListedToken[]>;
  /**
   * Deletes a token. As soon as this returns, every process refuses it. On an engine that may take 2 s where a verifier does not
   * answer, and the deadline does not end that wait: the token is deleted by then.
   * @param which an id, an unambiguous beginning of one, or the token itself
   * @returns the id of the deleted token
   * @throws StoreError `E_NOT_FOUND` where no token matches, or more than one
   */
  delete(which: string): Promise<string>;
  /**
   * Makes a token with the same name and permissions, and shortens the life of the old one, in one commit.
   * @param which as in `delete`
   * @throws StoreError `E_NOT_FOUND` as `delete` does; `E_INPUT` where the old token has expired or isn't understood, and for
   * a grace or an expiry that can't be
   */
  rotate(which: string, options?: RotateOptions): Promise<RotatedToken>;
  /** Writes the last uses that are not on the disk yet, and closes the file. Later calls fail with `E_CLOSED`. */
  close(): Promise<void>;
}

/**
 * Opens the tokens. Nothing is read or written before the first call, and nothing keeps the process alive.
 *
 * @param place the path of the token file; or an engine, such as `etcd(...)` of `holdfast/etcd`; or its address, where its module was
 * imported. There the tokens lie apart from the credentials of the same address. Default: the option `file`
 * @throws StoreError `E_INPUT` where no place is given and no home directory is known, and for an engine that can't hold tokens
 */
export function openTokens(place: string | Engine, options?: TokensOptions): Tokens;
export function openTokens(options?: TokensOptions): Tokens;
export function openTokens(first: string | Engine | TokensOptions = {}, more: TokensOptions = {}): Tokens {
  const isPlace = typeof first === 'string' || 'open' in first;
  const options = isPlace ? more : first;
  const place = isPlace ? first : (options.file ?? tokenFile(process.env));
  const engine = typeof place === 'string' ? engineAt(place) : place;
  if (engine) return openOnEngine(engine, options);
  const file = place as string;
  const { file: _, now = wallClock, ...rest } = options;
  const store = openStore(file, { ...rest, revocable: true });
  const lastUsed = new LastUsed(file, options.allowUnsafe);
  const verifier = new Verifier(new TokenFile(file, options.allowUnsafe), now, lastUsed);
  return new StoredTokens({ store, verifier, lastUsed }, now, options.onEvent);
}

function openOnEngine(engine: Engine, { now = wallClock, deadlineMs, onEvent }: TokensOptions): Tokens {
  const { place } = engine;
  const opened = engine.openTokens?.(onEvent);
  if (!opened)
    throw new StoreError('E_INPUT', `the engine of ${place} has no place for tokens`, {
      definite: true,
      hint: 'Nothing was written. Keep them in a file, on etcd, or on PostgreSQL',
    });
  const store = openStore({ place, open: () => opened }, deadlineMs === undefined ? {} : { deadlineMs });
  const lastUsed = new EngineUses(opened.notes, place);
  const verifier = new Verifier(new EngineTokens(opened.memory, place), now, lastUsed);
  return new StoredTokens({ store, verifier, lastUsed, settle: opened.settle }, now, onEvent);
}

/** What tokens are made of. */
interface Parts {
  store: Store;
  verifier: Verifier;
  lastUsed: UseNotes;
  /** See `Revocable.settle`. A file needs none: each verification looks at it. */
  settle?: (since: number) => Promise<void>;
}

class StoredTokens implements Tokens {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #onEvent: (event: StoreEvent) => void;
  readonly #lastUsed: UseNotes;
  readonly #verifier: Verifier;
  readonly #settle: (since: number) => Promise<void>;

  constructor(parts: Parts, now: () => number, onEvent: (event: StoreEvent) => void = () => {}) {
    this.#store = parts.store;
    this.#now = now;
    this.#onEvent = onEvent;
    this.#lastUsed = parts.lastUsed;
    this.#verifier = parts.verifier;
    this.#settle = parts.settle ?? (async () => {});
  }

  check(token: string): TokenInfo | undefined | Promise<TokenInfo | undefined> {
    const asked = this.#verifier.prepare(token);
    return asked ? asked.then(() => this.verify(token)) : this.verify(token);
  }

  prepare(token?: string): Promise<void> | undefined {
    return this.#verifier.prepare(token);
  }

  verify(token: string): TokenInfo | undefined {
    return this.#verifier.verify(token);
  }

  isLive(id: string): boolean {
    return this.#verifier.isLive(id);
  }

  async create(options: NewTokenOptions = {}): Promise<NewToken> {
    const now = this.#now();
    const { name, expiresAt = now + defaultLifeMs } = options;
    const fields = {
      ...(name === undefined ? {} : { name: checkName(name) }),
      permissions: checkPermissions(options.permissions ?? permissions),
      createdAt: now,
      expiresAt: expiresAt === null ? null : checkExpiry(expiresAt, now),
    };
    const { token, id } = await this.#unusedToken();
    const entry = { id, ...fields, hash: hashOf(token) };
    await this.#store.set(id, encodeEntry(entry));
    return { token, info: infoOf(entry) };
  }

  async list(): Promise<ListedToken[]> {
    const now = this.#now();
    const used = await this.#lastUsed.read();
    if (used.unreadable) notify(this.#onEvent, { type: 'unreadable', ...used.unreadable });
    const entries = Object.entries(await this.#store.all()).filter(([id]) => isId(id));
    return entries.map(([id, value]) => {
      const entry = decodeEntry(id, value);
      const lastUsedAt = used.of(id, entry?.createdAt);
      if (!entry) return { id, state: 'unusable', lastUsedAt };
      return { ...infoOf(entry), state: isExpired(entry, now) ? 'expired' : 'active', lastUsedAt };
    });
  }

  async delete(which: string): Promise<string> {
    const keys = Object.keys(await this.#store.all());
    const id = await settledWhereOver(this.#settle, () => findId(keys, which));
    // By name alone, so that the next commit of any process may carry it along. A token that has gone meanwhile counts as deleted.
    await this.#store.remove(id);
    await this.#settle(performance.now());
    await this.#lastUsed.forget(id);
    return id;
  }

  async rotate(which: string, options: RotateOptions = {}): Promise<RotatedToken> {
    const now = this.#now();
    const { graceMs = defaultGraceMs } = options;
    checkGrace(graceMs);
    const { token, id: newId } = await this.#unusedToken();
    let rotated: { made: TokenEntry; ended: TokenEntry } | undefined;
    const replace = (entries: Entries) => {
      const id = findId(entries.keys(), which);
      const stored = entries.get(id);
      const old = decodeEntry(id, stored);
      if (!old || isExpired(old, now)) throw notToRotate(id, old);
      const { expiresAt = sameLife(old, now) } = options;
      const made = {
        ...old,
        id: newId,
        hash: hashOf(token),
        createdAt: now,
        expiresAt: expiresAt === null ? null : checkExpiry(expiresAt, now),
      };
      entries.set(newId, encodeEntry(made));
      const ended = { ...old, expiresAt: Math.min(now + graceMs, old.expiresAt ?? Number.POSITIVE_INFINITY) };
      // What else stands in the entry is a newer version's, and stays.
      entries.set(id, { ...(stored as object), expiresAt: ended.expiresAt });
      rotated = { made, ended };
    };
    await settledWhereOver(this.#settle, () => this.#store.transaction(replace));
    if (!rotated) throw new Error('the store has committed nothing');
    // The old one may end before a memory that is older does.
    await this.#settle(performance.now());
    return { token, info: infoOf(rotated.made), old: infoOf(rotated.ended) };
  }

  async close(): Promise<void> {
    await this.#verifier.close();
    await this.#lastUsed.flush();
    await this.#store.close();
  }

  /** 62^8 ids leave little to chance, and a new token must not take an old one's place. */
  async #unusedToken(): Promise<ReturnType<typeof newToken>> {
    for (;;) {
      const made = newToken();
      if ((await this.#store.get(made.id)) === undefined) return made;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function sameLife({ createdAt, expiresAt }: TokenEntry, now: number): number | null {
  return expiresAt === null ? null : now + Math.max(1, expiresAt - createdAt);
}
