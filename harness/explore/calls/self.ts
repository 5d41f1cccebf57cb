import type { Clock } from './clock.js';
import type { Randomness } from './randomness.js';
import type { System } from './system.js';

/** What is a process's own: what it is, and by what it makes its calls. */
export interface Self {
  /** Its number in this execution. A real one would be another one each time. */
  pid: number;
  /** When it started, in clock ticks since boot. */
  startTime: number;
  /** How often its machine was started again before; default: never. */
  boot?: number;
  /** The number of its pid namespace; default: 1. */
  namespace?: number;
  /** False where there is no `/proc`; default: there is. */
  hasProc?: boolean;
  readonly system: System;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Its working directory. */
  cwd(): string;
}
