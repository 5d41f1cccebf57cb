import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import type { ValueId } from '../history/events.js';
import type { Weight } from './weigh.js';

/** The commands of a bench process, one at a time, each a line of JSON. */
export type Ask =
  /** Closes what was open, and opens this. */
  | { type: 'open'; file: string; target: TargetSpec; subject: Subject }
  | SetsAsk
  /** Publishes the bytes of a file at another path so many times, with nothing around it. */
  | { type: 'bare'; source: string; file: string; count: number }
  | { type: 'gets'; key: string; count: number }
  | { type: 'all' }
  /** Waits until the process is at rest, and says how much memory it takes and how many files are open. */
  | { type: 'weigh' }
  | TokenAsk;

/** The commands of a process that has tokens open. */
export type TokenAsk =
  | { type: 'create'; count: number }
  | { type: 'delete'; id: string }
  | { type: 'verify'; token: string; count: number }
  /** Compares with one token that never changes, as middleware of Hono, which has no file and no other process. */
  | { type: 'bearer-auth'; token: string; count: number };

export interface SetsAsk {
  type: 'sets';
  /** Begins the ids of the values, which name their writer. */
  writer: string;
  count: number;
  /** How many are under way at once. */
  lanes?: number;
  /** The n-th set goes to key n modulo this; default: each has a key of its own. */
  keys?: number;
  /** Begins no further set after so long. */
  forMsMax?: number;
  /** Tells each acknowledgement at once: this process may be killed. */
  answersEach?: boolean;
}

export interface Answers extends TokenAnswers {
  open: null;
  sets: SetsDone;
  bare: { durationMs: number };
  gets: { durationMs: number };
  all: { durationMs: number; entries: Record<string, ValueId> };
  weigh: Weight;
}

export interface TokenAnswers {
  create: { id: string; token: string }[];
  delete: null;
  verify: Verified;
  'bearer-auth': Verified;
}

export interface Verified {
  /** For one. */
  microseconds: number;
  accepted: number;
}

export interface SetsDone {
  /** On the monotonic clock that all processes share, in milliseconds. */
  begin: number;
  end: number;
  latenciesMs: number[];
  /** Key and id of each, in the order of the acknowledgements. */
  acknowledged: [key: string, id: ValueId][];
  failed: number;
}

export type Reply =
  | { type: 'answer'; answer: Answers[keyof Answers] }
  | { type: 'acknowledged'; key: string; id: ValueId }
  | { type: 'broken'; error: string };
