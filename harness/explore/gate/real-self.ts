import { Clock } from '../calls/clock.js';
import { Randomness } from '../calls/randomness.js';
import type { Self } from '../calls/self.js';
import { real } from './real.js';

/**
 * To the disk and back: no process can tell whether it happened, so it only counts as a call, which may fail. What a power
 * cut leaves is another question.
 */
const flush = () => undefined;

/** This process, as its program is to see it. */
export const self: Self = {
  pid: real.pid,
  startTime: 0,
  system: { ...real.fs, fsyncSync: flush, fdatasyncSync: flush },
  clock: new Clock(),
  randomness: new Randomness(),
  cwd: () => process.cwd(),
};
