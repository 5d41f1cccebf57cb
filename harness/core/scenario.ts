import type { Action } from '../history/events.js';
import type { MemberFault } from '../history/member-faults.js';
import type { Counts } from './report.js';
import type { TargetOptions } from './target.js';

/** What the file holds: the credentials of the agent, or the tokens of its server. */
export const subjects = ['credentials', 'tokens'] as const;
export type Subject = (typeof subjects)[number];

/** The programs that share the file. */
export const profileNames = [
  ...(['tui', 'server', 'web', 'desktop', 'login', 'rogue', 'agent', 'opencode'] as const),
  ...(['issuer', 'verifier'] as const),
] as const;
/** The name of a client program. */
export type ProfileName = (typeof profileNames)[number];

/** False for the harness's own eyes and hands. */
export function isClient(profile: string): profile is ProfileName {
  return (profileNames as readonly string[]).includes(profile);
}

/** Which of them use tokens; the others use credentials. */
export function subjectOf(profile: ProfileName): Subject {
  return profile === 'issuer' || profile === 'verifier' ? 'tokens' : 'credentials';
}

/** From and to, both inclusive, in milliseconds; a moment between them is drawn. */
export type RangeMs = readonly [from: number, to: number];

/** What one client does. Every field has a default for each profile. */
export interface Workload {
  /** Relative weights of the operations. */
  mix: Partial<Record<Action, number>>;
  /** How many keys only this client writes. */
  ownKeys: number;
  /** How many keys every client writes. */
  sharedKeys: number;
  /** Pause between two operations. */
  thinkMs: RangeMs;
  /** How many operations a terminal has under way at once: it begins so many, and the next when all have ended. */
  atOnce: number;
  /** Ends the client after so many operations; 0 is no end but the run's. */
  operationsMax: number;
}

/** How a file is damaged. */
export type Corruption = 'truncated' | 'empty' | 'garbage' | 'half' | 'wrong-type';

/** A fault of a scenario. It strikes again and again, at a moment drawn from `everyMs`. */
export type Fault =
  /** SIGKILL, and a new process in its place. */
  | { kind: 'kill'; everyMs: RangeMs }
  /** The same for a client that refreshes a credential: while it waits for the answer, or when it has just got it. */
  | { kind: 'kill-refresher'; everyMs: RangeMs }
  /**
   * The client stops itself by SIGSTOP right before its commit call, the one that makes a write visible,
   * and is continued after `forMs`, when every lease is over.
   */
  | { kind: 'pause'; everyMs: RangeMs; forMs: number }
  /** The file's content is damaged in place, as a crashed or foreign program would. */
  | { kind: 'corrupt'; everyMs: RangeMs; how: readonly Corruption[] }
  /**
   * A user who may write in the file's directory puts links to a canary, pipes and directories under the names that the
   * target calls its own, and takes each away after `forMs`. The file itself is left alone.
   */
  | { kind: 'plant'; everyMs: RangeMs; forMs: RangeMs }
  /**
   * A member of the cluster that the store is on is struck, and mended after `forMs`: the one that leads, or any. All faults
   * of members take turns.
   */
  | { kind: MemberFault; everyMs: RangeMs; forMs: RangeMs; whom: 'leader' | 'any' };

/** A store with a bug that was put there, and the count that must not be zero in a run on it. */
export interface Planted {
  target: string;
  mustFind: keyof Counts;
  /** How long its clients work, in milliseconds. */
  workMs: number;
}

/**
 * What stands at the path that the clients are given, where it is not the file itself: a link, a link to a link, or a
 * link to a link to nothing, for the first writer to make.
 */
export const placeNames = ['symlink', 'chain', 'dangling'] as const;
export type PlaceName = (typeof placeNames)[number];

/** A scenario is a value: what runs, what goes wrong, and what must have happened for the run to count. */
export interface Scenario {
  name: string;
  /** One line for lists. */
  title: string;
  /** The incident that it stands for, with its source. */
  why: string;
  clients: Partial<Record<ProfileName, number>>;
  /** Default: credentials. The clients of the one know nothing of the other. */
  subject?: Subject;
  /** A program that its clients run, by its name on the PATH. Such a scenario runs where it is named, and the program is there. */
  needs?: string;
  /** Default: the file itself, with entries in it. */
  place?: PlaceName;
  /**
   * Starts a server that issues OAuth credentials, each good for so long, and that takes each refresh token once. They
   * are in the file from the beginning, expired, for operations named `refresh`.
   */
  oauth?: { lifeMs: number };
  /** The umask of every client process. Default: that of the user, which may hide what a store forgets. */
  umask?: number;
  workload?: Partial<Workload>;
  faults?: readonly Fault[];
  /**
   * Options of the target that put its clients under bad conditions, such as a network that loses answers: the target is opened with
   * them, and so are the planted ones, unless they say otherwise. Only a target on a cluster that names them is.
   */
  conditions?: TargetOptions;
  /** Found before the scenario itself is run, where one of the targets is the same store without the bug. */
  planted?: readonly Planted[];
  /** A run in which less happened is inconclusive. Names are those of the report's counts. */
  atLeast: Readonly<Record<string, number>>;
  /** Path of its module, where it does not ship with the harness. Filled in when it is loaded. */
  source?: string;
  /** Words by which several scenarios are picked at once: `--grep @nightly`. */
  tags?: readonly string[];
  /** Share of the whole run's duration, relative to the other scenarios'. Default 1. */
  weight?: number;
}

/** Names a scenario's type where it is written, so that mistakes show in the editor. */
export function defineScenario(scenario: Scenario): Scenario {
  return scenario;
}
