import type { Bar } from './report.js';
import type { Verdict } from './verdict.js';

/** What the lines of a file were, or in EDN its values. Blank ones are not counted. */
export interface LineTally {
  unit: 'line' | 'value';
  all: number;
  /** Begins and ends of operations. */
  operations: number;
  /** What the test did to the system, which no model is about. */
  nemesis: number;
  /** About something else. */
  other: number;
  /** They look like operations, and are written in no known way. */
  unread: number;
  /** The line of the first of these. */
  firstUnread?: number;
  /** The line in which the file was cut: what it would have said is not known. */
  cut?: number;
}

/** What a general model says of a history file: no guarantees of a store, only whether there is an order. */
export interface ModelReport {
  file: string;
  format: string;
  model: string;
  /** `none`: no operation was found, so there is nothing to have a verdict about. */
  result: Verdict | 'none';
  calls: number;
  /** What was checked, and how; or why there is no verdict. */
  scope: string;
  /** What the lines of a log of others were. */
  lines?: LineTally;
  /** The file ends in the middle of an event: a verdict is about what was before. */
  interrupted?: true;
  /** Why it is invalid: the fewest calls that have no order, whatever the others did. */
  contradiction?: {
    /** The key, where keys know nothing of each other. */
    part?: string;
    bars: Bar[];
    /** False if there may be fewer: the search for them was cut short. */
    isSmallest: boolean;
    /** Ids of the calls that still can be put in order, in that order; the marked one comes too late for all of them. */
    prefix: string[];
  };
}
