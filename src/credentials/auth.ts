import { homedir } from 'node:os';
import { decodeValue } from '../store/document.js';
import { type Entries, encodeEntry } from '../store/entries.js';
import { openStore, type Store } from '../store/store.js';
import { normalizeKey, trimSlashes } from './keys.js';
import { authFile, contentOverride } from './location.js';
import * as schema from './schema.js';

export interface AuthOptions {
  /** The credential file. Default: where the agent keeps its own, by `env`. */
  file?: string;
  /** Default: `process.env`, as it is at each call. */
  env?: NodeJS.ProcessEnv;
  /** A store that is already open, instead of `file`. `close()` closes it, too. */
  store?: Store;
}

/**
 * The agent's `Auth`, on a store that many processes can share. Every failure is a `StoreError`.
 *
 * With `OPENCODE_AUTH_CONTENT` set, `get` and `all` answer from it and never read the file, while `set` and `remove`
 * change the file from the file's own state. The variable is a snapshot of another process's credentials: written
 * over the file, as the agent does, it would undo whatever happened since (anomalyco/opencode #46128).
 */
export interface Auth {
  /** The credential of a provider: of this very name, else of the name with no trailing slash, else with one. */
  get(providerID: string): Promise<schema.Info | undefined>;
  /** All credentials at one instant. Entries that are none are left out, and left alone. */
  all(): Promise<Record<string, schema.Info>>;
  /**
   * Stores a credential under its name without trailing slashes, in place of all that differ in these alone, in one
   * commit. Fails with `E_INPUT` for what is not a credential; the message says where, and quotes nothing.
   */
  set(key: string, info: schema.Info): Promise<void>;
  /** Removes a credential with all variants that differ in trailing slashes alone, in one commit. */
  remove(key: string): Promise<void>;
  /** Waits for what has begun; later calls that need the file fail with `E_CLOSED`. */
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
  let opened = options.store;
  const env = () => options.env ?? process.env;
  const store = () => {
    opened ??= openStore(options.file ?? authFile(env(), homedir()));
    return opened;
  };

  async function all(): Promise<Record<string, schema.Info>> {
    const entries = Object.entries(contentOverride(env()) ?? (await store().all()));
    // `fromEntries` defines each key as its own, so `__proto__` is an entry like any other.
    return Object.fromEntries(
      entries.flatMap(([key, value]) => {
        const info = schema.decode(value);
        return info ? [[key, info]] : [];
      }),
    );
  }

  async function get(providerID: string): Promise<schema.Info | undefined> {
    const entries = await all();
    const name = trimSlashes(providerID);
    const found = [providerID, name, `${name}/`].find((key) => Object.hasOwn(entries, key));
    return found === undefined ? undefined : entries[found];
  }

  async function set(key: string, info: schema.Info): Promise<void> {
    const name = normalizeKey(key);
    // A copy, taken now: the caller may go on using the object while the commit waits.
    const value = decodeValue(encodeEntry(name, schema.validate(info)));
    await store().transaction((entries) => {
      for (const variant of variantsOf(entries, name)) if (variant !== name) entries.remove(variant);
      entries.set(name, value);
    });
  }

  async function remove(key: string): Promise<void> {
    const name = normalizeKey(key);
    await store().transaction((entries) => {
      for (const variant of variantsOf(entries, name)) entries.remove(variant);
    });
  }

  async function close(): Promise<void> {
    await store().close();
  }

  return { get, all, set, remove, close };
}

/** The stored keys that are this name, or differ from it in trailing slashes alone. */
function variantsOf(entries: Entries, name: string): string[] {
  return entries.keys().filter((key) => trimSlashes(key) === name);
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
