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
export interface Delay {
  /** Its name, as the gate has it. */
  call: string;
  /** Where it leads to, in full; undefined for any path. */
  place: string | undefined;
  /** Which of the calls like it is delayed, from 1. */
  when: number;
  ms: number;
  /** Only calls inside are counted. */
  root: string;
}

/**
 * Loaded into a client that has no gate, where there is no `strace` to do it from outside (`node --import`): one call comes late, and
 * nothing else is changed. Time, randomness and all other calls are the system's own.
 */
const delay = JSON.parse(process.env.HOLDFAST_DELAY ?? '') as Delay;
delete process.env.HOLDFAST_DELAY;

const opened = new Map<number, string>();
let count = 0;

/** How long a call has to wait before it is made, in milliseconds. */
function latenessOf({ call, path: from, to, fd }: Call): number {
  if (call !== delay.call) return 0;
  const place = byName(to ?? from ?? opened.get(fd ?? -1) ?? '', real.fs);
  const isOne =
    delay.place === undefined ? place.startsWith(`${delay.root}${path.sep}`) : place === delay.place;
  return isOne && ++count === delay.when ? delay.ms : 0;
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
      const ms = latenessOf(call);
      if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
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
      const ms = latenessOf(value);
      const move = () => goOn(outcomeOf(() => make(value), calls));
      if (ms > 0) real.setTimeout(move, ms);
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
