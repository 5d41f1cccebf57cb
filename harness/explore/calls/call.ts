import type { CallToMake, Grant } from '../process/protocol.js';

/** One call of the system, and how to make it. One without a `path`, `fd` or `of` that is ours is not stopped. */
export interface Call extends Omit<CallToMake, 'id'> {
  run: (grant: Extract<Grant, { type: 'call' }>) => unknown;
  /** The bytes of a read or write, once it is made. */
  bytes?: (count: number) => Uint8Array;
  /** Puts into the program's own buffers what a read of an earlier life has found: see sim/process.ts. */
  refill?: (bytes: Uint8Array) => void;
}

/** A function of `fs`, as the sequence of its calls of the system: each is given back what it returned, or thrown its error. */
export type Calls<T = unknown> = Generator<Call, T, unknown>;

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

/** What a call found, as far as it can matter to the program. The number of a descriptor does not. */
export function found({ call, bytes }: Call, result: unknown): unknown {
  if (call === 'open') return 'opened';
  if (call === 'readdir') return (result as unknown[]).map(nameOf);
  return bytes ? bytes(Number(result)) : result;
}

/** The name of an entry. An entry object also holds the path that its directory was listed by, which is left out. */
export function nameOf(entry: unknown): string {
  return typeof entry === 'object' && entry !== null && 'name' in entry ? String(entry.name) : String(entry);
}

/** A call that is asked for. */
export interface Pending {
  toMake: CallToMake;
  call: Call;
  site: string | undefined;
}

/** An asynchronous function under way: one call after another, while the program goes on. */
export interface Lane {
  calls: Calls;
  pending: Pending;
  site: string | undefined;
  settle: (error: unknown, result: unknown) => void;
}
