import path from 'node:path';
import { closedError } from '../errors/store-error.js';
import { type CallOptions, rest } from '../store/backend/call.js';
import { InFlight } from '../store/backend/in-flight.js';
import { decodeValue } from '../store/document/document.js';
import { encodeEntry } from '../store/document/entries.js';
import { openStore, type Store } from '../store/store.js';
import type { RefreshOptions } from '../store/store-options.js';
import type { Changes, WatchOptions } from '../store/watch.js';
import { wallClock } from '../wall-clock.js';
import { isFresh } from './expiry.js';
import { newKey, normalizeKey, trimSlashes } from './keys.js';
import { authFile, contentOverride, warningOfRelative } from './location.js';
import type * as schema from './schema.js';
import { Api, decode, Info, isOpaque, Oauth, validate, WellKnown } from './schema.js';

/** Where an `Auth` finds its file. */
export interface AuthOptions {
  /** The credential file. Default: where the agent keeps its own, by `env`. */
  file?: string;
  /** Default: `process.env`, as it is at each call. */
  env?: NodeJS.ProcessEnv;
  /** A store that is already open, instead of `file`. `close()` closes it, too. */
  store?: Store;
  /** Milliseconds since 1970, the unit of `expires`. Default: the system's clock. */
  now?: () => number;
}

/** The limits of one refresh, and when a credential counts as expired. */
export interface AuthRefreshOptions extends RefreshOptions {
  /** A credential counts as expired when it has at most this long to live, in milliseconds. Default 30000. */
  skewMs?: number | undefined;
}

const skewMsDefault = 30_000;

/**
 * The agent's `Auth`, on a store that many processes can share. Every failure is a `StoreError`.
 *
 * With `OPENCODE_AUTH_CONTENT` set, `get` and `all` answer from it and never read the file, while all the others work on
 * the file, from the file's own state. The variable is a snapshot of another process's credentials: written
 * over the file, as the agent does, it would undo whatever happened since (anomalyco/opencode #46128).
 */
export interface Auth extends AsyncDisposable {
  /** Returns the credential of a provider: the one of this exact name, else without trailing slashes, else with one slash. */
  get(providerID: string, options?: CallOptions): Promise<Info | undefined>;
  /** Returns all credentials, as they were at one instant. Entries that are not credentials are left out of the result, and stay in the file. */
  all(options?: CallOptions): Promise<Record<string, Info>>;
  /**
   * Stores a credential under its name without trailing slashes, in place of all names that differ only in these, in one
   * commit. Fails with `E_INPUT` for anything but a credential; the message says where, and quotes nothing.
   */
  set(key: string, info: Info, options?: CallOptions): Promise<void>;
  /** Removes a credential, and all whose names differ only in trailing slashes, in one commit. */
  remove(key: string, options?: CallOptions): Promise<void>;
  /**
   * Returns the credential of a provider, found as `get` finds it. An expired OAuth credential is refreshed first, by one of
   * all processes, as `Store.refresh` says. `doRefresh` gets the expired credential and returns the whole new one.
   * @returns undefined where there is no such credential
   */
  refresh(
    providerID: string,
    doRefresh: (old: Oauth, signal: AbortSignal) => Promise<Oauth> | Oauth,
    options?: AuthRefreshOptions,
  ): Promise<Info | undefined>;
  /** Calls the listener with the keys of the entries that have changed in the file, as `Store.watch` does. */
  watch(listener: (changes: Changes) => void, options?: WatchOptions): () => void;
  /** Ends all watches and waits for calls under way; later calls that need the file fail with `E_CLOSED`. */
  close(): Promise<void>;
}

/**
 * Opens credentials in the agent's file, or in another. Nothing is read before the first call.
 *
 * @example
 * const auth = createAuth({ file: '/run/agent/auth.json' });
 * await auth.set('anthropic', { type: 'api', key: process.env.ANTHROPIC_API_KEY ?? '' });
 */
export function createAuth(options: AuthOptions = {}): Auth {
  const { now = wallClock } = options;
  const begun = new InFlight();
  let opened = options.store;
  let closed = false;
  const env = () => options.env ?? process.env;
  const store = () => {
    if (closed) throw closedError();
    opened ??= openStore(options.file ?? agentsFile(env()), { isOpaque });
    return opened;
  };

  async function all(call?: CallOptions): Promise<Record<string, Info>> {
    return credentialsIn(contentOverride(env()) ?? (await store().all(call)));
  }

  async function get(providerID: string, call?: CallOptions): Promise<Info | undefined> {
    const entries = await all(call);
    const found = keyOf(entries, providerID);
    return found === undefined ? undefined : entries[found];
  }

  async function set(key: string, info: Info, call?: CallOptions): Promise<void> {
    const name = newKey(key);
    // A copy, taken now: the caller may go on using the object while the commit waits.
    const value = decodeValue(encodeEntry(name, validate(info)));
    await replaceVariants(key, name, [[name, value]], call);
  }

  async function remove(key: string, call?: CallOptions): Promise<void> {
    const name = normalizeKey(key);
    await replaceVariants(key, name, [[name, undefined]], call);
  }

  /**
   * As data, which is quicker than a function where others write, too. Only programs that know no key rule bring variants
   * about, so those that are there now will do; and where they can't be read, the commit says why, or repairs it.
   */
  async function replaceVariants(
    key: string,
    name: string,
    values: [string, unknown][],
    call: CallOptions | undefined,
  ): Promise<void> {
    const opened = store();
    const begin = performance.now();
    await begun.run(async () => {
      const there = Object.keys(await opened.all(call).catch(() => ({})));
      const variants = new Set([...there.filter((other) => trimSlashes(other) === name), `${name}/`, key]);
      // The name itself is replaced in its place.
      variants.delete(name);
      const removals = [...variants].map((variant): [string, undefined] => [variant, undefined]);
      await opened.transaction([...removals, ...values], rest(call, begin));
    });
  }

  async function refresh(
    providerID: string,
    doRefresh: (old: Oauth, signal: AbortSignal) => Promise<Oauth> | Oauth,
    { skewMs = skewMsDefault, ...call }: AuthRefreshOptions = {},
  ): Promise<Info | undefined> {
    const opened = store();
    const begin = performance.now();
    return begun.run(async () => {
      const key = keyOf(credentialsIn(await opened.all(call)), providerID);
      if (key === undefined) return undefined;
      const value = await opened.refresh(
        key,
        (value) => isFresh(value, now(), skewMs),
        // Only what is an OAuth credential is ever stale.
        async (old, signal) => validate(await doRefresh(old as Oauth, signal)),
        rest(call, begin),
      );
      return decode(value);
    });
  }

  function watch(listener: (changes: Changes) => void, watchOptions?: WatchOptions): () => void {
    return store().watch(listener, watchOptions);
  }

  async function close(): Promise<void> {
    closed = true;
    await begun.idle();
    await opened?.close();
  }

  return { get, all, set, remove, refresh, watch, close, [Symbol.asyncDispose]: close };
}

/** Absolute from now on: a program that changes its directory must not change its file. */
function agentsFile(env: NodeJS.ProcessEnv): string {
  const file = authFile(env);
  const warning = warningOfRelative(file);
  if (warning !== undefined) process.emitWarning(warning);
  return path.resolve(file);
}

function credentialsIn(entries: Record<string, unknown>): Record<string, Info> {
  // `fromEntries` defines each key as its own, so `__proto__` is an entry like any other.
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => {
      const info = decode(value);
      return info ? [[key, info]] : [];
    }),
  );
}

/** Returns the key under which a provider's credential is stored, if it is. */
function keyOf(entries: Record<string, Info>, providerID: string): string | undefined {
  const name = trimSlashes(providerID);
  return [providerID, name, `${name}/`].find((key) => Object.hasOwn(entries, key));
}

function createNamespace() {
  return { ...createAuth(), Oauth, Api, WellKnown, Info };
}

/** The agent's own namespace: an `Auth` on its file and its environment, and the schemas by their names. */
export const Auth = /* @__PURE__ */ createNamespace();

/** The types of the schemas, by the agent's names. */
export declare namespace Auth {
  /** An OAuth credential. */
  export type Oauth = schema.Oauth;
  /** An API key. */
  export type Api = schema.Api;
  /** A token that is exported as an environment variable. */
  export type WellKnown = schema.WellKnown;
  /** Any credential. */
  export type Info = schema.Info;
}
