import path from 'node:path';
import { type CallOptions, rest } from '../store/call.js';
import { decodeValue } from '../store/document.js';
import { encodeEntry } from '../store/entries.js';
import { closedError } from '../store/errors.js';
import { InFlight } from '../store/in-flight.js';
import { openStore, type RefreshOptions, type Store } from '../store/store.js';
import type { Changes, WatchOptions } from '../store/watch.js';
import { isFresh, wallClock } from './expiry.js';
import { newKey, normalizeKey, trimSlashes } from './keys.js';
import { authFile, contentOverride, warningOfRelative } from './location.js';
import * as schema from './schema.js';

export interface AuthOptions {
  /** The credential file. Default: where the agent keeps its own, by `env`. */
  file?: string;
  /** Default: `process.env`, as it is at each call. */
  env?: NodeJS.ProcessEnv;
  /** A store that is already open, instead of `file`. `close()` closes it, too. */
  store?: Store;
  /** Milliseconds since 1970, which `expires` is told in. Default: the system's clock. */
  now?: () => number;
}

export interface AuthRefreshOptions extends RefreshOptions {
  /** Refreshed when it has no more than this left to live, in milliseconds. Default 30000. */
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
  /** The credential of a provider: of this very name, else of the name with no trailing slash, else with one. */
  get(providerID: string, options?: CallOptions): Promise<schema.Info | undefined>;
  /** All credentials at one instant. Entries that are none are left out, and left alone. */
  all(options?: CallOptions): Promise<Record<string, schema.Info>>;
  /**
   * Stores a credential under its name without trailing slashes, in place of all that differ in these alone, in one
   * commit. Fails with `E_INPUT` for what is not a credential; the message says where, and quotes nothing.
   */
  set(key: string, info: schema.Info, options?: CallOptions): Promise<void>;
  /** Removes a credential with all variants that differ in trailing slashes alone, in one commit. */
  remove(key: string, options?: CallOptions): Promise<void>;
  /**
   * The credential of a provider, found as `get` finds it, and refreshed first if it is an expired OAuth credential:
   * by one of all processes, as `Store.refresh` says. `doRefresh` gets the expired one and brings the whole new one.
   */
  refresh(
    providerID: string,
    doRefresh: (old: schema.Oauth, signal: AbortSignal) => Promise<schema.Oauth> | schema.Oauth,
    options?: AuthRefreshOptions,
  ): Promise<schema.Info | undefined>;
  /** Tells which entries of the file have changed, as `Store.watch` says: by their keys, as they stand in the file. */
  watch(listener: (changes: Changes) => void, options?: WatchOptions): () => void;
  /** Ends all watches and waits for what has begun; later calls that need the file fail with `E_CLOSED`. */
  close(): Promise<void>;
}

/**
 * Credentials in the agent's file, or in another. Nothing is read, and no store opened, before the first call.
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
    opened ??= openStore(options.file ?? agentsFile(env()));
    return opened;
  };

  async function all(call?: CallOptions): Promise<Record<string, schema.Info>> {
    return credentialsIn(contentOverride(env()) ?? (await store().all(call)));
  }

  async function get(providerID: string, call?: CallOptions): Promise<schema.Info | undefined> {
    const entries = await all(call);
    const found = keyOf(entries, providerID);
    return found === undefined ? undefined : entries[found];
  }

  async function set(key: string, info: schema.Info, call?: CallOptions): Promise<void> {
    const name = newKey(key);
    // A copy, taken now: the caller may go on using the object while the commit waits.
    const value = decodeValue(encodeEntry(name, schema.validate(info)));
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
    doRefresh: (old: schema.Oauth, signal: AbortSignal) => Promise<schema.Oauth> | schema.Oauth,
    { skewMs = skewMsDefault, ...call }: AuthRefreshOptions = {},
  ): Promise<schema.Info | undefined> {
    const opened = store();
    const begin = performance.now();
    return begun.run(async () => {
      const key = keyOf(credentialsIn(await opened.all(call)), providerID);
      if (key === undefined) return undefined;
      const value = await opened.refresh(
        key,
        (value) => isFresh(value, now(), skewMs),
        // Only what is an OAuth credential is ever stale.
        async (old, signal) => schema.validate(await doRefresh(old as schema.Oauth, signal)),
        rest(call, begin),
      );
      return schema.decode(value);
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

function credentialsIn(entries: Record<string, unknown>): Record<string, schema.Info> {
  // `fromEntries` defines each key as its own, so `__proto__` is an entry like any other.
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, value]) => {
      const info = schema.decode(value);
      return info ? [[key, info]] : [];
    }),
  );
}

/** The key under which a provider's credential is stored, if it is. */
function keyOf(entries: Record<string, schema.Info>, providerID: string): string | undefined {
  const name = trimSlashes(providerID);
  return [providerID, name, `${name}/`].find((key) => Object.hasOwn(entries, key));
}

/** The agent's namespace: its file, its environment, and its schemas by their names. */
export const Auth = {
  ...createAuth(),
  Oauth: schema.Oauth,
  Api: schema.Api,
  WellKnown: schema.WellKnown,
  Info: schema.Info,
};

export declare namespace Auth {
  export type Oauth = schema.Oauth;
  export type Api = schema.Api;
  export type WellKnown = schema.WellKnown;
  export type Info = schema.Info;
}
