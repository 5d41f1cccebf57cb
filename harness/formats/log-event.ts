import type { Edn } from './edn.js';

/** One line of a history in the way of Jepsen: a process begins something, or is told how it ended. */
export interface LogEvent {
  process: string;
  /** `info`: nobody knows whether it happened. */
  type: 'invoke' | 'ok' | 'fail' | 'info';
  /** What was to be done: `read`, `write`, `cas`, `append`. */
  f: string;
  key: string | undefined;
  value: Edn;
}

/** Reads one line. @returns undefined for one that is about something else @throws SyntaxError if it is broken */
export type LineReader = (line: string) => LogEvent | undefined;

export function isType(name: string | undefined): name is LogEvent['type'] {
  return name === 'invoke' || name === 'ok' || name === 'fail' || name === 'info';
}
