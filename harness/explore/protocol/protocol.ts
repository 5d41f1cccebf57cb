import type { Action, ValueId } from '../../history/events.js';
import type { CallName, UnknownCall } from './calls.js';

/**
 * What the scheduler and a gated client process say to each other: one JSON value a line, over two inherited pipes. The
 * client reports when it has come to a stop, and then blocks until it is granted its next step, so nothing ever
 * happens in two processes at once.
 */

/** A call of the file system that a process is about to make, as far as the scheduler needs to know it. */
export interface CallToMake {
  /** Unique within its process and execution. */
  id: number;
  /** Its name without `Sync`: `open`, `rename`, `read`. */
  call: CallName | UnknownCall;
  /** Relative to the sandbox, or to what the descriptor `at` stands for; with its `..`, and a slash at its end. */
  path?: string;
  /** The path was given as `/proc/self/fd/N/...`: N. */
  at?: number;
  /** The destination of a rename, link or copy. */
  to?: string;
  toAt?: number;
  /** The descriptor of a call on an open file. */
  fd?: number;
  /**
   * Of `open`: letters of `r`ead, `w`rite, `c`reate, `t`runcate, e`x`clusive, `d`irectory, `n`o link followed, `p`ath only,
   * and `?` for a flag of which nothing is known.
   */
  flags?: string;
  /** Of `utimes`: the new time of change, in nanoseconds since the beginning of virtual time. */
  mtime?: number;
  /** Of `resolve`: which call it is the first half of. */
  half?: CallName | UnknownCall;
  /** It is the second half: the number that the first one has answered. */
  pin?: number;
  /** Of `alive`: whose life is asked for. Of `watch` and `unwatch`: the number of the watch. */
  of?: number;
  /** Of `sleep`: when it is over, in nanoseconds of virtual time. */
  due?: number;
  /**
   * What the paths are called in records of the schedule, where a name differs from run to run: `~1` for the first of them that a
   * client names.
   */
  alias?: string;
}

/** How the call ended that was granted last. */
export interface CallEnd {
  /** `ENOENT`, where it failed. */
  errno?: string;
  /** It has not been made: another one holds the lock. It is still to be made. */
  waits?: true;
  /** The descriptor that a successful `open` returned. */
  fd?: number | undefined;
  /** The first half of a call was made: the number of the second one. */
  pin?: number;
  /** Where details are wanted: what it found or wrote, for people. */
  text?: string | undefined;
  /** Where details are wanted: the lines of the program that led to it, the innermost first, `file:line:column` each. */
  site?: string | undefined;
  /** Fingerprint of what it returned. */
  digest: number;
}

/** What a client that is alone has found out about the target and its file. */
export interface Layout {
  /** Why the file does not show the entries. */
  whyNot?: string;
  /** What can't be explored: the sentence that helps. */
  obstacle?: string;
  /** Why it is no store. */
  noStore?: string;
  /** It has a way of its own to read its file. */
  reads?: true;
  /** The error that its module threw while it was loaded. */
  unloadable?: string;
}

/** What a client reports about its operations; the scheduler adds the time. */
export type ClientEvent =
  | { type: 'invoke'; op: string; action: Action; key?: string }
  | { type: 'ok'; op: string; result?: ValueId | null | Record<string, ValueId> }
  | { type: 'fail' | 'unknown'; op: string; error: string; torn?: true }
  /** A foreign reader has opened the file; null for a whole document. */
  | { type: 'look'; broken: string | null }
  /** It has presented a refresh token, the one that is part of the value `token`, to the provider. */
  | { type: 'token'; op: string; key: string; token: ValueId; granted: boolean }
  | ({ type: 'layout' } & Layout)
  /** The target is open. Patterns of the names that belong to it. */
  | { type: 'opened'; artifacts: string[] };

export type Stop =
  /** Blocked in a synchronous call, or waiting for asynchronous ones and timers. */
  | 'waiting'
  /** Its program is done and nothing keeps it alive. */
  | 'ended'
  /** An uncaught error, or `process.exit`. */
  | 'crashed'
  /** It does something that can't be controlled, and so can't be explored. */
  | 'refused';

/** From a client that has come to a stop. */
export interface Report {
  stop: Stop;
  /** Why it `crashed` or was `refused`; what it is `waiting` for, as far as Node knows, if no call or timer is under way. */
  reason?: string | undefined;
  /** The synchronous call that blocks it, if any, first; then those under way, in the order of their beginnings. */
  calls: CallToMake[];
  /** True if the first call blocks the process. */
  blocked: boolean;
  /** When the next timer is due, in nanoseconds of virtual time; absent without one. */
  due?: number | undefined;
  end?: CallEnd | undefined;
  /** It has looked at its clock since it went on. */
  looked?: true;
  /** What it has done outside the gate, in words; each once. */
  unsteered?: string[];
  /** Its virtual time, in nanoseconds: ahead of the scheduler's where it waited by looking at the clock. */
  now: number;
  events: ClientEvent[];
}

/** Virtual identity and times of a file, in nanoseconds since the beginning of virtual time. */
export interface Identity {
  ino: number;
  mtime: number;
  ctime: number;
  birthtime: number;
}

/**
 * One operation of a client's program. `look` is a foreign reader's: it opens the file and knows no store. `layout` and `seed`
 * are those of a client that is alone before a search: see ground.ts. `update` sets a value as a function of the old one.
 */
export interface Operation {
  action: Action | 'update' | 'look' | 'layout' | 'seed';
  key?: string;
  /** Of `seed`: the name of the value. */
  value?: ValueId;
}

interface Time {
  now: number;
  /** How far its wall clock is ahead of virtual time from now on, in milliseconds; absent where it was never set. */
  skewMs?: number;
}

/** To a client. Times are nanoseconds since the beginning of virtual time. */
export type Grant =
  /** Begin an execution: a new life, with nothing left of the last. */
  | {
      type: 'begin';
      client: string;
      pid: number;
      /** When the process started, in clock ticks since boot. */
      startTime: number;
      seed: number;
      now: number;
      file: string;
      operations: Operation[];
      /** Default: that of the scheduler. */
      umask?: number;
      /** How often the machine was started again before; default: never. */
      boot?: number;
      /** The number of its pid namespace; default: 1, that of all. */
      namespace?: number;
      /** How far its wall clock is ahead of that of the file system, in milliseconds; default: 0. */
      skewMs?: number;
      details: boolean;
    }
  /** Make this call. Of `alive`: when the process started, in clock ticks since boot; absent where there is none. */
  | ({ type: 'call'; id: number; identity?: Identity; errno?: string; startTime?: number } & Time)
  /** Your next timer is due. */
  | ({ type: 'timer' } & Time)
  /** A file that you watch has changed. */
  | ({ type: 'event'; watch: number; event: 'rename' | 'change'; name: string } & Time)
  /** You are dead: make no call any more. */
  | { type: 'die' };

/** What a client process is given when it starts, in its environment. */
export interface ClientSetup {
  /** The sandbox, real path: calls inside it are stopped. */
  root: string;
  /** Its virtual number, which a target that is imported as it is may look at once. */
  pid?: number;
  /** When it started, in clock ticks since boot: the same. */
  startTime?: number;
  /** The bundled target, or the URL of its module, which is then imported as it is. */
  bundle?: string;
  module: string;
  label: string;
  options: Record<string, string | number>;
}
