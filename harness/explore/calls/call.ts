import { listsNames, opensFile } from '../protocol/act.js';
import type { CallToMake, Grant } from '../protocol/protocol.js';

/** One call of the system, and how to make it. One without a `path`, `fd` or `of` that is ours is not stopped. */
export interface Call extends Omit<CallToMake, 'id'> {
  run: (grant: Extract<Grant, { type: 'call' }>) => unknown;
  /** The bytes of a read or write, once it is made. */
  bytes?: (count: number) => Uint8Array;
  /** Puts into the program's own buffers what a read of an earlier life has found: see sim/granted.ts. */
  refill?: (bytes: Uint8Array) => void;
}

/** A function of `fs`, as the sequence of its calls of the system: each is given back what it returned, or thrown its error. */
export type Calls<T = unknown> = Generator<Call, T, unknown>;

/** A single call. */
export function* one(call: Call): Calls {
  return yield call;
}

/** Runs functions of `fs` call by call. */
export interface Runner {
  /** A synchronous one. */
  runNow<T>(calls: Calls<T>): T;
  /** An asynchronous one. */
  runLater(calls: Calls, settle: (error: unknown, result: unknown) => void): void;
}

/** Thrown into whatever runs on after its process was killed. */
export class Killed extends Error {}

/** Where timers and watches are kept; the loop asks when the next one is due, and fires it then. */
export interface Sources {
  dueNext(): number | undefined;
  fireNext(): void;
  fireWatch(grant: Extract<Grant, { type: 'event' }>): void;
  keepsAlive(): boolean;
}

/** How a sequence of calls goes on after one that was made just now. */
export function outcomeOf(make: () => unknown, calls: Calls): () => IteratorResult<Call, unknown> {
  try {
    const result = make();
    return () => calls.next(result);
  } catch (error) {
    return () => calls.throw(error);
  }
}

/**
 * Goes on with an asynchronous function up to its next call that must be asked for. All others are made at once.
 * @param move its next step
 * @param runner says which calls must be asked for, and settles the function when nothing else is left to do
 * @returns that call; undefined where the function has ended
 */
export function advance(
  { calls, settle }: Pick<Lane, 'calls' | 'settle'>,
  move: () => IteratorResult<Call, unknown>,
  runner: { isAsked(call: Call): boolean; later(callback: () => void): void },
): Call | undefined {
  for (let next = move; ; ) {
    let step: IteratorResult<Call, unknown>;
    try {
      step = next();
    } catch (error) {
      runner.later(() => settle(error, undefined));
      return undefined;
    }
    const { value, done } = step;
    if (done) {
      runner.later(() => settle(undefined, value));
      return undefined;
    }
    if (runner.isAsked(value)) return value;
    next = outcomeOf(() => makeUnasked(value), calls);
  }
}

/** Makes a call that is not about the sandbox. */
export function makeUnasked(call: Call): unknown {
  return call.run({ type: 'call', id: 0, now: 0 });
}

/** What a call found, as far as it can matter to the program. The number of a descriptor does not. */
export function found({ call, bytes }: Call, result: unknown): unknown {
  if (opensFile(call)) return 'opened';
  if (listsNames(call)) return (result as unknown[]).map(nameOf);
  return bytes ? bytes(Number(result)) : result;
}

/** The name of an entry. An entry object also holds the path that its directory was listed by, which is left out. */
export function nameOf(entry: unknown): string {
  return typeof entry === 'object' && entry !== null && 'name' in entry ? String(entry.name) : String(entry);
}

/** A call that is asked for. */
export interface PendingCall {
  toMake: CallToMake;
  call: Call;
  site: string | undefined;
}

/** A call that is asked for by that number. What makes it stays here. */
export function pendingCallOf(call: Call, id: number, site?: string): PendingCall {
  const { run: _, bytes: __, refill: ___, ...known } = call;
  return { call, site, toMake: { ...known, id } };
}

/** An asynchronous function under way: one call after another, while the program goes on. */
export interface Lane {
  calls: Calls;
  pending: PendingCall;
  site: string | undefined;
  settle: (error: unknown, result: unknown) => void;
}
