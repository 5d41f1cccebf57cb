import type { VersionName } from '../history/events.js';
import type { Program, Specification } from '../programs/specification.js';
import type { Cluster } from './cluster.js';

/** A store under test. Operations that a store lacks are not asked of it. */
export interface Store {
  /** Undefined where the key is absent. */
  get(key: string): Promise<unknown>;
  /** Returns every entry. */
  all(): Promise<Record<string, unknown>>;
  /** Stores a value. What it resolves to is not looked at, unless it is `Versions`. */
  set(key: string, value: unknown): Promise<unknown>;
  /** Removes a key; nothing happens where it is absent. The same is true of what it resolves to. */
  remove(key: string): Promise<unknown>;
  /** Replaces a value by a function of it, atomically, and returns the new one. */
  update?(key: string, change: (old: unknown) => unknown): Promise<unknown>;
  /**
   * One of all processes that find a value no longer fresh gets a new one and stores it; the others are given that.
   * A client of a store without this does it as well as it can: get, fetch, set.
   */
  refresh?(
    key: string,
    isFresh: (value: unknown) => boolean,
    doRefresh: (old: unknown, signal: AbortSignal) => Promise<unknown>,
  ): Promise<unknown>;
  /** Ends the use of the store. */
  close?(): Promise<void>;
}

/**
 * What a change was made from, and what it made. The first 16 hexadecimal digits of the SHA-256 of the file's bytes can be found again
 * among the contents that the harness saw; other names and numbers, of at most 64 characters, are compared with each other.
 */
export interface Versions {
  /** What the store read before the change. */
  base?: VersionName;
  /** What it wrote. */
  written?: VersionName;
}

/** The tokens of a server under test: who is let in. Names are unique and tell who created what. */
export interface TokenStore {
  /** Makes a token of that name. */
  create(name: string): Promise<{ id: string; token: string }>;
  /** Once it has returned, no process accepts the token any more. */
  delete(id: string): Promise<void>;
  /** The name of the token; undefined where it is refused. An error is no refusal, and admits no request. */
  verify(token: string): string | undefined | Promise<string | undefined>;
  /** The names of all. */
  list(): Promise<string[]>;
  /** Ends the use of the store. */
  close?(): Promise<void>;
}

/**
 * What a target is: a module that opens a store, or tokens, or both. Any module of this shape on disk can be put to the
 * test.
 */
export interface TargetModule {
  /** Opens the store on a file, which need not exist. */
  open(file: string, options?: TargetOptions): Store | Promise<Store>;
  /** For scenarios about tokens. */
  openTokens?(file: string, options?: TargetOptions): TokenStore | Promise<TokenStore>;
  /**
   * Paths, relative to the file's directory, that belong to the store and are no litter, beyond those that it leaves when it
   * is used alone: `/\.last$/`. A directory of that name must be empty at the end, but for what a pattern with a slash names:
   * `/\.d\/.*\.json$/`.
   */
  artifacts?: readonly RegExp[];
  /**
   * The entries in the bytes of the file, for a store whose file is not a JSON object with a member for each entry. With it
   * the file is looked at all the while; without it, only through the store. Throws where the bytes are no whole file.
   */
  read?(bytes: Uint8Array): Record<string, unknown>;
  /**
   * True for a store that is reached by a network: what a killed client had sent may take effect later, and later changes may be
   * acknowledged before.
   */
  arrivesLate?: boolean;
  /**
   * True where processes may disagree about a token while its deletion is under way, each of them going from accepting it to refusing
   * it once; as soon as the deletion has returned, all refuse: a regular register (Lamport 1986). Without it, no process accepts
   * a token any more that another one has refused.
   */
  regularTokens?: boolean;
  /** Stores what is there before a run, where that takes more than a `set` of each. Called once, before any other process. */
  begin?(file: string, entries: Record<string, unknown>, options?: TargetOptions): Promise<void>;
  /**
   * Starts the cluster that the store is on, once for all runs, in the harness's own process. For scenarios with faults of
   * members. Undefined where the options name a cluster that is there already.
   */
  cluster?(options: TargetOptions): Promise<Cluster | undefined>;
}

/** From the command line: `textbook?stale=2000` opens `textbook` with `{ stale: 2000 }`. */
export type TargetOptions = Readonly<Record<string, string | number>>;

/** Which target the user has named, and with which options. */
export interface TargetSpec {
  /** As the user wrote it, options included; stands in reports and in the command that reruns. */
  label: string;
  /** File URL of the module. */
  module: string;
  options: TargetOptions;
  /** An executable, or a server, that is no module. */
  program?: Program;
  /** What the user wrote of it: a name, or all of it. For the command that reruns. */
  written?: string | Specification;
}
