import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { byName } from '../calls/anchor.js';
import type { Call, Calls, Runner } from '../calls/call.js';
import { outcomeOf } from '../calls/call.js';
import { opensFile } from '../protocol/act.js';
import { real } from './real.js';
import { self } from './real-self.js';
import { replaceFs } from './replace-fs.js';

/** Which call comes late. */
export interface HeldCall {
  /** Its name, as the gate has it. */
  call: string;
  /** Where it leads to, in full; undefined for any path. */
  place: string | undefined;
  /** Which of the calls like it is held, from 1. */
  when: number;
  /** Only calls inside are counted. */
  root: string;
  /** A file that is written as soon as the process has reached the call. */
  reached: string;
  /** A file: once it exists, the call is made. */
  released: string;
  /** The number of the process that has started this one. Once it is gone, nothing releases the call, and it is made. */
  starter: number;
}

/**
 * Loaded into a client that has no gate, where there is no `strace` to do it from outside (`node --import`): one call comes late, and
 * nothing else is changed. Time, randomness and all other calls are the system's own.
 */
const held = JSON.parse(process.env.HOLDFAST_HOLD ?? '') as HeldCall;
delete process.env.HOLDFAST_HOLD;
const pollEveryMs = 5;

const opened = new Map<number, string>();
let count = 0;

/** Whether this is the one that comes late. Says so to the process that has started this one. */
function isHeld({ call, path: from, to, fd }: Call): boolean {
  if (call !== held.call) return false;
  const place = byName(to ?? from ?? opened.get(fd ?? -1) ?? '', real.fs);
  const isLike =
    held.place === undefined ? place.startsWith(`${held.root}${path.sep}`) : place === held.place;
  if (!isLike || ++count !== held.when) return false;
  real.fs.writeFileSync(held.reached, '');
  return true;
}

const isReleased = () => real.fs.existsSync(held.released) || process.ppid !== held.starter;

/** All that the process does stands still, as in a call of the system that takes long. */
function waitNow(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!isReleased()) Atomics.wait(cell, 0, 0, pollEveryMs);
}

/** What else the process does goes on, as beside a call of the system in another thread. */
function waitLater(next: () => void): void {
  if (isReleased()) next();
  else real.setTimeout(() => waitLater(next), pollEveryMs);
}

function make(call: Call): unknown {
  const place = call.path === undefined ? undefined : byName(call.path, real.fs);
  const result = call.run({ type: 'call', id: 0, now: 0 });
  if (opensFile(call.call) && place !== undefined) opened.set(Number(result), place);
  return result;
}

const runner: Runner = {
  runNow<T>(calls: Calls<T>): T {
    let step = calls.next();
    while (!step.done) {
      const call = step.value;
      if (isHeld(call)) waitNow();
      step = outcomeOf(() => make(call), calls)() as IteratorResult<Call, T>;
    }
    return step.value;
  },
  runLater(calls, settle) {
    const goOn = (next: () => IteratorResult<Call, unknown>): void => {
      let step: IteratorResult<Call, unknown>;
      try {
        step = next();
      } catch (error) {
        settle(error, undefined);
        return;
      }
      const { value, done } = step;
      if (done) {
        settle(undefined, value);
        return;
      }
      const move = () => goOn(outcomeOf(() => make(value), calls));
      if (isHeld(value)) waitLater(move);
      else real.setImmediate(move);
    };
    real.setImmediate(() => goOn(() => calls.next()));
  },
};

self.randomness.seed(real.pid);
replaceFs(self, runner);
syncBuiltinESMExports();
// Streams take their functions from `fs` when they are first needed.
void fs.ReadStream;
