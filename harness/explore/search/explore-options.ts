import type { Specification } from '../../programs/specification.js';
import type { PlatformName } from '../sim/kernel/platform.js';
import type { PowerModel } from '../sim/power/crash-states.js';
import type { StrategyName } from './index.js';

/** What runs the clients: real processes, or virtual ones on a simulated machine, in one thread. */
export type ExecutorName = 'process' | 'sim';

/** What `explore` searches, and how far. */
export interface ExploreOptions {
  /** A name or the path of a module; default `hardened`. */
  target?: string;
  /**
   * Instead of a target: a program of others, which is run for each operation. The name of one that ships, a file of
   * JSON, or the specification itself. Linux only.
   */
  program?: string | Specification;
  /** What each client does: `['set a', 'set b, get a']`; default two clients with one `set` each. */
  clients?: readonly string[];
  /**
   * Searches even where no two clients write, so that no update can be lost to another writer; default false: such a program is
   * refused, unless a fault, a foreign reader or another condition is searched for.
   */
  oneWriter?: boolean;
  /** Where an operation names no key, all clients mean the same one, and overwrite each other's values; default false. */
  sameKey?: boolean;
  /**
   * What runs the clients of a module; default `sim`. A failure that is found there is confirmed on real processes before it is
   * reported, and a target that does what is not simulated is searched by real processes after all. A program is always run by these.
   */
  executor?: ExecutorName;
  /** Default `dpor`. */
  strategy?: StrategyName;
  /** Preemption bound of `dpor` and `dfs`: how often a client may be made to wait that could go on. Default: unbounded. */
  preemptions?: number;
  /** Ends an execution of `dfs` where all that follows was tried before. Default true. */
  prune?: boolean;
  /** Ends the search after so many executions; default 10000 for `pct` and `random`, else no end. */
  schedules?: number;
  /** Kills a client before any of its calls: true for one kill in each execution, or how many. */
  crash?: boolean | number;
  /** Stops a client before any of its calls, until every lease is over: the same. */
  steal?: boolean | number;
  /**
   * Before the search the first client is killed, after each change that it makes in turn, and time passes: the others find
   * what it has left, and every lease over.
   */
  abandoned?: boolean;
  /** Makes any call fail with each of ENOSPC, EIO, EACCES, EMFILE and EPERM that it can give: the same. */
  errno?: boolean | number;
  /**
   * Cuts the file to half between any two calls, as a crash of the machine or another program may leave it: true for once in each
   * execution, or how often. Only where it is a whole JSON object then, and at first one that the target itself has written. Goes
   * together with `crash`.
   */
  damage?: boolean | number;
  /**
   * Sets the wall clock forward or back by an hour, at any moment: that of the machine, or with `hosts` of any one of them. Monotonic
   * clocks go on. True for one step in each execution, or how many.
   */
  clockSteps?: boolean | number;
  /**
   * Loses the machine's power at every point of every execution, with every disk that its file system may leave then, and starts a new
   * process on it: true for once in each execution, 2 for once more while that process is at it. In simulation only.
   */
  powerLoss?: boolean | number;
  /**
   * What a power loss leaves. `posix`: nothing but what was synced is sure, names by a sync of their directory. `ext4`: as with
   * data=ordered, changes of names reach the disk in their order. Default `posix`.
   */
  powerModel?: PowerModel;
  /** At most so many states are tried of each point; default 4096. Where there are more, the search is not exhausted. */
  powerStates?: number;
  /**
   * Each process has a machine of its own, and all share the directory: the same process number, other boot ids, wall clocks 90 s
   * apart, and watches that see nothing of what others change. Default false.
   */
  hosts?: boolean;
  /** Each process has a pid namespace of its own on one machine, and the same number in it, as in containers. Default false. */
  containers?: boolean;
  /**
   * As what system the simulated machine behaves: `macos` (no /proc, names without regard to capitals, times in whole seconds) or `windows`
   * (no /proc, no modes and users, and what is open can't be renamed or removed). In simulation only. Default `linux`.
   */
  platform?: PlatformName;
  /**
   * Makes each call with a path in two steps, as Linux does: it finds the directory or the file, and then acts on it, whatever has that
   * name by then. In simulation only. Default false.
   */
  splitCalls?: boolean;
  /** Begins without a file, and without its directory; default false. */
  fromNothing?: boolean;
  /** Gives the clients a umask of 0, and looks at the modes of files after each call: no other user may open one; default false. */
  modes?: boolean;
  /**
   * Starts each killed client again, at any moment after, as a process of the same number; default false. It does the same
   * operations from the first on. Needs `crash` or `abandoned`.
   */
  samePid?: boolean;
  /**
   * Counts an execution as a failure in which an operation waits for more than so many milliseconds of virtual time, and then
   * wakes by a timer of its own, though nothing has gone wrong. No process could go on meanwhile: all slept. True for 3; default: no
   * such wait is a failure.
   */
  idle?: boolean | number;
  /** Random seed. Default 1. */
  seed?: number;
  /**
   * Which part of the search to make, for several machines: of drawn schedules every n-th, of faults those after every n-th step.
   * Default 1 of 1. A search that can't be divided is refused.
   */
  shard?: { index: number; of: number };
  /**
   * Ends with the first failure; default true. With faults it goes on past a side finding, like a file that was left behind, for up
   * to 500 executions, to something worse. False: one of each kind is reported at the end.
   */
  stopAtFirst?: boolean;
  /**
   * A directory in which schedules are kept that showed something new, and from which the next search of the same program goes on.
   * For `pct` and `random`; default: none.
   */
  corpus?: string;
  /** How long all of it may take, in milliseconds, what is found made small and run again included; default: no end. */
  durationMs?: number;
  /** How long a process may take from one call to the next before it is taken for stuck, in milliseconds; default 15000. */
  patienceMs?: number;
  /** Searches side by side, where one can be divided: see `sharesMax`; default: one for each processor. */
  threads?: number;
  signal?: AbortSignal;
  /** Called with the number of executions so far. */
  onProgress?: (executions: number) => void;
  /** Receives a warning about a program in which no two clients write. Default: `process.emitWarning`. The result has it, too. */
  onWarning?: (sentence: string) => void;
}

/** How a schedule is run again. */
export interface ReplayOptions {
  /** Another target than the one that it was found on. */
  target?: string;
  /** Follows the schedule as far as that is possible, and compares no calls: for a store that has changed since. */
  lenient?: boolean;
  /** What runs the clients; default `process`. */
  executor?: ExecutorName;
  /** Default 2. */
  times?: number;
  signal?: AbortSignal;
}
