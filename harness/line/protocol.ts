import type { ProfileName, Subject, Workload } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { FileEvent, HistoryEvent, Looks, SeedEvent } from '../history/events.js';
import type { Evidence } from '../history/evidence.js';
import type { Runtime } from './runtimes.js';

/**
 * What the coordinator and a client process say to each other: one JSON value a line, the client's standard input one
 * way and its standard output the other. Lines that are not JSON objects are the target's own chatter.
 */
export interface ClientConfig {
  /** `tui-1`; with the incarnation and a number it names operations. */
  client: string;
  profile: ProfileName | Helper;
  subject: Subject;
  /** How many processes this client has been before; one that was killed comes back as the next. */
  incarnation: number;
  file: string;
  /** Where links lead from `file`; the same if there are none. */
  real: string;
  /** From `file` on. */
  links: string[];
  /** The run's own directory: the file must be inside. */
  sandbox: string;
  target: TargetSpec;
  /** What runs it, and what it starts runs on the same. */
  runtime: Runtime;
  seed: number;
  /** The machine's monotonic clock at the run's beginning, in nanoseconds, as decimal digits. */
  epoch: string;
  workload: Workload;
  /** What shows the entries besides the store's own calls. */
  evidence: Evidence;
  /** What the target leaves when it is alone: see own-paths.ts. */
  own: readonly string[];
  /** What a probe finds at the path. */
  begins?: Beginning;
  /** What a seeder is to store. */
  seeds?: readonly SeedEvent[];
  /** The tree that must stay as it is, if there is one. */
  canary?: string;
  umask?: number;
  /** Where refresh tokens are presented. */
  oauthUrl?: string;
  /** Where a client without file access finds its server. */
  serverUrl?: string;
  /** What a server of the run lets in. */
  token?: string;
  /** The home of a program under test. */
  home?: string;
  /** Where the program's own server answers. */
  programUrl?: string;
  /** Files of the user's that a program might change instead of its own, and how each was found. */
  outside?: Readonly<Record<string, string>>;
  /** A restarted server comes back at its port; 0 takes any free one. */
  port: number;
}

/** The harness's own eyes and hands. */
export type Helper =
  | 'observer'
  | 'seeder'
  | 'audit'
  | 'probe'
  | 'token-audit'
  | 'token-probe'
  | 'program-probe'
  | 'program-server';

/** What a probe finds: a file as a foreign program writes it, no file, or a copy of the file of an earlier probe. */
export type Beginning = 'foreign' | 'nothing' | 'copy';

/** What a probe has seen of its target. */
export interface Sighted {
  /** Undefined where the file showed each change at once, and nothing but the entries. */
  whyNot?: string;
  commits: number;
  openMs: number;
  /** The target has a `read` of its own, and it showed the changes. */
  reads?: true;
  /** See `TargetModule.arrivesLate`. */
  arrivesLate?: true;
  /** See `TargetModule.regularTokens`. */
  regularTokens?: true;
  /** For a program under test: its version, and how long its changes took, in milliseconds. */
  program?: { version?: string; changesMs: number[] };
}

export type ToClient =
  | { type: 'config'; config: ClientConfig }
  /** The barrier opens. */
  | { type: 'go' }
  /** Finish the operation under way and exit. */
  | { type: 'stop' }
  /** Stop yourself by SIGSTOP right before the next commit call. */
  | { type: 'arm' }
  /** This process leads a group that must end when the coordinator is gone; it may be stopped, or too busy to notice. */
  | { type: 'guard'; process: number }
  | { type: 'unguard'; process: number };

export type FromClient =
  /** `artifacts`: the sources of the target's own. */
  | { type: 'ready'; url?: string; artifacts?: string[] }
  /** Sent right before the client stops itself. */
  | { type: 'pausing' }
  /** A probe is about to make this call of the target: if the process ends, the report names it. */
  | { type: 'asks'; call: string }
  /** The target has done what every target must. */
  | { type: 'passed'; sighted?: Sighted }
  /** It has done all it had to, and ends its process now: any other end is the target's doing. */
  | { type: 'done' }
  /** The observer met a content, and had found the one before unchanged until then. */
  | { type: 'sight'; event: FileEvent; seenBefore: number | undefined }
  /** The observer is done. It found the last content unchanged until then. */
  | { type: 'looked'; looks: Looks; seen: number | undefined }
  /** The client can't go on, and says why; it exits next. */
  | { type: 'broken'; error: string }
  | HistoryEvent;
