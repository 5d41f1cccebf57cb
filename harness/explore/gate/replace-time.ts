import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { clockFunctions, dateOf, waitFunction } from '../calls/clock-functions.js';
import { type Timers, timerFunctions } from '../calls/timers.js';
import type { Loop } from './loop.js';

/** Replaces timers and clocks, global and imported. @param sleepNow blocks the process until a time, in virtual nanoseconds */
export function replaceTime(owner: Timers, loop: Loop, sleepNow: (due: number) => void): void {
  const { functions, promises, scheduler, abortAfter } = timerFunctions(owner, (call) => loop.later(call));
  Object.assign(globalThis, functions);
  Object.assign(timers, functions);
  Object.assign(timersPromises, promises);
  Object.assign(timersPromises.scheduler, scheduler);
  AbortSignal.timeout = abortAfter;
  Object.assign(Atomics, { wait: waitFunction(owner.clock, sleepNow) });

  const VirtualDate = dateOf(owner.clock);
  VirtualDate.prototype.constructor = VirtualDate;
  Object.assign(globalThis, { Date: VirtualDate });
  const { hrtime, uptime, now } = clockFunctions(owner.clock);
  Object.defineProperty(performance, 'now', { value: now, configurable: true });
  Object.assign(process, { hrtime, uptime });
}
