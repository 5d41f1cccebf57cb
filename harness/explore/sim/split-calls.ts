import type { Call, Calls } from '../calls/call.js';
import { findsDirectory } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';
import { openWay } from '../protocol/open-flags.js';

/** Which half of its calls a process makes now; absent: both at once. */
export interface Half {
  now?: 'first' | number | undefined;
}

/** Thrown out of a call of which the first half was made: what it has found is held under this number. */
export class Held {
  constructor(readonly pin: number) {}
}

/**
 * Makes each call with halves in two steps, so that others can go on between them.
 * @param half where it is kept which one is made
 * @param isInside gives a call its paths as the scheduler knows them: see inside.ts
 */
export function* inHalves<T>(calls: Calls<T>, half: Half, isInside: (call: Call) => boolean): Calls<T> {
  for (let step = calls.next(); ; ) {
    if (step.done) return step.value;
    let answer: unknown;
    try {
      answer = yield* made(step.value, half, isInside);
    } catch (error) {
      step = calls.throw(error);
      continue;
    }
    step = calls.next(answer);
  }
}

function* made(call: Call, half: Half, isInside: (call: Call) => boolean): Calls {
  const known = { ...call };
  if (!isInside(known) || !hasHalves(known)) return yield call;
  const { bytes: _, refill: __, call: name, ...rest } = call;
  const found = yield {
    ...rest,
    call: 'resolve',
    half: name,
    run: (grant) => firstHalf(() => call.run(grant), half),
  };
  // That there is nothing may be an answer, too.
  if (typeof found !== 'number') return found;
  return yield { ...call, pin: found, run: (grant) => during(half, found, () => call.run(grant)) };
}

/**
 * It may be made in two steps, and that can make a difference. It makes none where a directory is to be found which no path but the
 * sandbox or a descriptor leads to: these are what they are.
 */
export function hasHalves({ call, flags, path, to }: Pick<Call, 'call' | 'flags' | 'path' | 'to'>): boolean {
  const facts = factsOf(call);
  if (!facts || facts.isWhole || openWay(flags).isUnknown || path === undefined) return false;
  const needed = findsDirectory({ call, ...(flags === undefined ? {} : { flags }) }) ? 2 : 1;
  return wordsIn(path) >= needed || (to !== undefined && wordsIn(to) >= 2);
}

function wordsIn(path: string): number {
  return path.split('/').filter((word) => word !== '').length;
}

function firstHalf(make: () => unknown, half: Half): unknown {
  try {
    return during(half, 'first', make);
  } catch (error) {
    if (error instanceof Held) return error.pin;
    throw error;
  }
}

function during<T>(half: Half, now: Half['now'], make: () => T): T {
  half.now = now;
  try {
    return make();
  } finally {
    half.now = undefined;
  }
}
