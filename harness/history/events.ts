/**
 * The history: all that happened in one run, as plain data. It is the waist of the harness: what is left of
 * it may have effects, what is right of it is a pure function of it, so any old run can be judged again.
 *
 * On disk it is `history.jsonl`, version 1: UTF-8, one event a line, a JSON object with a `type`; a `run` event opens each
 * run, so that files can be joined. Times are whole nanoseconds of the machine's monotonic clock (shared by all its processes)
 * since the run's beginning.
 *
 *     {"type":"run","version":1,"scenario":"mine","target":"my-store","seed":7,"atLeast":{}}
 *     {"type":"seed","key":"github","value":"seed.0"}
 *     {"type":"start","time":0,"client":"tui-1","process":4711,"access":"file"}
 *     {"type":"invoke","time":100,"op":"tui-1.0.0","client":"tui-1","process":4711,"action":"set","key":"openai"}
 *     {"type":"ok","time":250,"op":"tui-1.0.0"}
 *     {"type":"invoke","time":300,"op":"tui-1.0.1","client":"tui-1","process":4711,"action":"all"}
 *     {"type":"ok","time":400,"op":"tui-1.0.1","result":{"github":"seed.0","openai":"tui-1.0.0"}}
 *     {"type":"final","time":900,"broken":null,"entries":{"github":"seed.0","openai":"tui-1.0.0"},"leftovers":[]}
 *
 * That is enough to be judged; the other events are evidence for more. An operation stands behind its process's `start`, and its end
 * behind its `invoke`; otherwise the order of lines says nothing, only the times do. Readers pass over fields that they do not
 * know; a new type of event, or another meaning of an old one, is a new version. Nothing has to be held but what is under way and
 * some numbers for each value (register-stream.ts), so a history may be as long as it likes.
 */

import type { RunEvent } from './header.js';
import type { MemberFault, SeenCluster } from './member-faults.js';
import type { CanaryEntry, Link, PlaceEvent } from './place.js';

export type { PlannedFault, ProgramUnderTest, RunEvent } from './header.js';
export type { CanaryEntry, Link, PlaceEvent } from './place.js';

/**
 * What a value is called. Every written value is unique and named after the operation that wrote it
 * (`tui-1.0.17`: client, incarnation, number), so that a lost one can be named; values that were there
 * before the run are `seed.0`, `seed.1`, ... A value that no client wrote whole is `!` and what is wrong with it.
 */
export type ValueId = string;

/** `refresh`: uses a credential, and gets a new one for it first if it has expired. */
export type Action = 'get' | 'all' | 'set' | 'remove' | 'refresh';

/**
 * How a client reaches the store: in its own process, or through a server that may finish what it asked for. A
 * foreign program does not: it rewrites the file itself, and nothing that it writes carries a promise.
 */
export type Access = 'file' | 'http' | 'foreign';

/** What the harness did to a process or a file. */
export type FaultKind =
  | 'kill'
  | 'pause'
  | 'corrupt'
  /** A foreign program rewrites the file from a copy that is older than what the file holds. */
  | 'stale-rewrite'
  /** A foreign program could not read the file, takes it for empty, and writes that. */
  | 'misread'
  /** A hostile user puts a link, a pipe or a directory under a name that the store calls its own, and takes it away again. */
  | 'plant'
  /** The machine loses its power: what was not synced may be gone. */
  | 'power-loss'
  | MemberFault;

/** An entry that is there before the run and that no client touches. */
export interface SeedEvent {
  type: 'seed';
  key: string;
  value: ValueId;
  /** An entry of a kind that no store knows, as a newer version or a plugin would write it. */
  foreign?: true;
}

/** A client process has started. Times are nanoseconds of one monotonic clock. */
export interface StartEvent {
  type: 'start';
  time: number;
  client: string;
  process: number;
  access: Access;
  /** With its version: `bun 1.4.5`. */
  runtime?: string;
  /** Which program it is: `tui`, `server`; `audit` and others are the harness's own. */
  profile?: string;
}

/** An operation begins. */
export interface InvokeEvent {
  type: 'invoke';
  time: number;
  /** Identity of the operation; that of a `set`, or of a `refresh` that got a new credential, is also the id of the value it writes. */
  op: string;
  client: string;
  process: number;
  action: Action;
  /** Absent for `all`. */
  key?: string;
}

/** An operation has succeeded. */
export interface OkEvent {
  type: 'ok';
  time: number;
  op: string;
  /** The value that a `get` or `refresh` found, null where the key is absent; for an `all`, key to value; absent for a write. */
  result?: ValueId | null | Record<string, ValueId>;
  /**
   * The same call of the same client gave the same result so many times in a row since the last one that was recorded, this one
   * included. Those between the first and the last say nothing that these two don't. Default 1.
   */
  times?: number;
  /**
   * Of a write whose target can say: the version of the entries that it read, and changed. Where it is the file's, it is the `hash` of
   * a `file` event; otherwise it is compared with the `written` of other operations.
   */
  base?: VersionName;
  /** Of a write whose target can say: the version that it made. */
  written?: VersionName;
}

/**
 * What a version of the entries is called: the first 16 hexadecimal digits of the SHA-256 of the file's bytes, or any name or number of
 * the target's own, at most 64 characters.
 */
export type VersionName = string | number;

/** An operation has failed, or its outcome is unknown. */
export interface ErrorEvent {
  /** `fail`: it certainly had no effect. `unknown`: it may have had one, at any time after its call. */
  type: 'fail' | 'unknown';
  time: number;
  op: string;
  error: string;
  /** What was read could not be parsed (a SyntaxError), or the error itself says that the file was empty or half-written. */
  torn?: true;
}

/** A client process has ended. */
export interface ExitEvent {
  type: 'exit';
  time: number;
  client: string;
  process: number;
  /** Exit code, or null if a signal ended it. */
  code: number | null;
  signal: string | null;
  /** False if the process ended by itself, against its instructions. */
  expected: boolean;
  /** What it said about it. */
  error?: string;
  /** The operation that its end has cut off: it began, and never returned. */
  op?: string;
}

/** A fault begins or ends. */
export interface FaultEvent {
  type: 'fault';
  time: number;
  fault: FaultKind;
  /** A fault that lasts has a begin and an end; others only begin. */
  phase: 'begin' | 'end';
  client?: string;
  process?: number;
  detail?: string;
  /** The operation that was under way in that process. */
  op?: string;
  /** At the end of a `plant`: the canary, where it is not what it was at the last look. */
  canary?: CanaryEntry[];
  /** Of a fault of members: what the cluster said right before it, or before it was mended. */
  cluster?: SeenCluster;
}

/** A foreign reader, who knows nothing of the store, opened the file and found this. */
export interface FileEvent {
  type: 'file';
  /** Before the file was opened. */
  time: number;
  /** After it had been read. */
  until: number;
  /** Numbers the contents that this reader saw, 1, 2, ...; it may have missed some between. */
  version: number;
  /** Null for one complete JSON object, otherwise what is wrong with it. */
  broken: string | null;
  /** Entries that are new or changed since the last unbroken version. */
  set: Record<string, ValueId>;
  /** Entries that are gone since the last unbroken version. */
  removed: string[];
  /**
   * The last time at which the reader found this content unchanged, at least `time`. Between then and the next content it may have
   * missed others. Absent where the reader ended before it could say.
   */
  seen?: number | undefined;
  /** Identity of the file that was opened. Another one for each content: it was replaced. The same: it was rewritten in place. */
  inode?: string;
  /** In bytes. */
  size?: number;
  /** When the content was written, in nanoseconds since 1970 by the file system's clock, which ticks every few milliseconds. They don't fit a number. */
  mtime?: string;
  /** The first 16 hexadecimal digits of the SHA-256 of its bytes. */
  hash?: string | undefined;
}

/** How a foreign reader looked at the file in one run. Times are nanoseconds. */
export interface Looks {
  count: number;
  /** How long one took. The median is right to 5 %. */
  median: number;
  max: number;
  /** From the begin of one to the begin of the next: a content that was there for less may have been missed. */
  everyMedian: number;
  everyMax: number;
}

/** A file of the store that others could open: its mode has bits beyond its owner's. */
export interface ModeEvent {
  type: 'mode';
  time: number;
  name: string;
  /** In octal, `644`. */
  mode: string;
}

/** A client presented a refresh token to the server that issues them, and was answered. */
export interface TokenEvent {
  type: 'token';
  /** When the request came. */
  time: number;
  /** When it was decided. */
  until: number;
  /** The operation in which it was presented. */
  op: string;
  process: number;
  key: string;
  /** The value that the presented token is part of; no secret. */
  token: ValueId;
  /** When the access token of that value expires. */
  expires: number;
  /** False: it had been used before, and is worth nothing any more. */
  granted: boolean;
}

/** What was there when every client had ended and a fresh process had used the store once more. */
export interface FinalEvent {
  type: 'final';
  time: number;
  broken: string | null;
  entries: Record<string, ValueId>;
  /** Paths, from the file's directory, of what no later writer will sweep. */
  leftovers: string[];
  /** What has become of the links to the file, if there were any. */
  links?: Link[];
  /** The canary, if there was one. */
  canary?: CanaryEntry[];
  /** Files of the user's, for a program under test, that were looked at before and after, and those of them that have changed. */
  outside?: { looked: string[]; changed: string[] };
  /** How the foreign reader looked at the file, where it did. */
  looks?: Looks;
}

/** One line of `history.jsonl`. */
export type HistoryEvent =
  | RunEvent
  | SeedEvent
  | PlaceEvent
  | StartEvent
  | InvokeEvent
  | OkEvent
  | ErrorEvent
  | ExitEvent
  | FaultEvent
  | FileEvent
  | ModeEvent
  | TokenEvent
  | FinalEvent;
