import type { Seal } from './seal.js';

/** One thing of an engine that is as it should be, or is not. Nothing in it is secret. */
export interface EngineFinding {
  severity: 'ok' | 'warn' | 'problem';
  subject: string;
  says: string;
  todo?: string;
}

/** @param readers who sees values that are plain */
export function sealFinding(seal: Seal | undefined, readers: string): EngineFinding {
  const subject = 'sealing';
  if (seal)
    return { severity: 'ok', subject, says: 'this process has keys: keep a second copy of their file' };
  const says = `values are plain for all who can read ${readers}`;
  const todo = 'holdfast key create, and give HOLDFAST_KEYS_FILE to every process';
  return { severity: 'warn', subject, says, todo };
}
