import { type Edn, Keyword } from './edn.js';

/** One event of a history in the way of Jepsen: a process begins an operation, or learns how it ended. */
export interface LogEvent {
  process: string;
  /** `info`: unknown whether it happened. */
  type: 'invoke' | 'ok' | 'fail' | 'info';
  /** What was to be done: `read`, `write`, `cas`, `append`. */
  f: string;
  /** The key, in a history in EDN that has one. */
  key: string | undefined;
  value: Edn;
  /** The number, in a history that numbers its events. */
  index: number | undefined;
}

/**
 * What one line or value of a file is:
 *
 *  - an operation's begin or end;
 *  - `nemesis`: what the test did to the system, which no model is about;
 *  - `other`: about something else, as most lines of a log are;
 *  - `unread`: it looks like an operation, or stands where only operations stand, and is written in no known way.
 */
export type Entry = LogEvent | 'nemesis' | 'other' | 'unread';

export function isType(name: string | undefined): name is LogEvent['type'] {
  return name === 'invoke' || name === 'ok' || name === 'fail' || name === 'info';
}

/** A key as people write it, different for a number and its digits. @throws SyntaxError if it is none */
export function keyName(key: Edn): string {
  if (key instanceof Keyword) return `:${key.name}`;
  if (key === null || typeof key === 'object')
    throw new SyntaxError('expected a number, a string or a keyword as a key');
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}
