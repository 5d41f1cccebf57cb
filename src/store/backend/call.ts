import { StoreError } from '../../errors/store-error.js';

/** The limits of one call, always its last argument. */
export interface CallOptions {
  /** Ends the call with `E_ABORTED`. The error's `definite` says whether the change may still happen. */
  signal?: AbortSignal | undefined;
  /** How long the call may take in all, in milliseconds. Default: the option of the store. */
  deadlineMs?: number | undefined;
}

/** The limits of a call that has begun. */
export interface Call {
  signal: AbortSignal | undefined;
  /** On the monotonic clock, in milliseconds. */
  deadline: number;
}

/** A timer of the runtime fires at once if it is given more. */
const timerMsMax = 2 ** 31 - 1;

/** Fails with `E_INPUT` for invalid limits, and with `E_ABORTED` where the signal is aborted already. */
export function beginCall(options: CallOptions | undefined, deadlineMs: number): Call {
  const signal = options?.signal;
  if (signal !== undefined && typeof signal.addEventListener !== 'function') {
    throw new StoreError('E_INPUT', 'the option signal must be an AbortSignal', { definite: true });
  }
  const deadline = performance.now() + milliseconds('deadlineMs', options?.deadlineMs ?? deadlineMs);
  if (signal?.aborted) throw abortedError(signal, true);
  return { signal, deadline };
}

/** The rest of the limits, for the second step of a call that began at that time. */
export function rest<T extends CallOptions>(options: T | undefined, begin: number): T | undefined {
  if (options?.deadlineMs === undefined) return options;
  return { ...options, deadlineMs: Math.max(0, options.deadlineMs - (performance.now() - begin)) };
}

/** Returns the value if it is a duration, and fails with `E_INPUT` otherwise. */
export function milliseconds(name: string, value: number): number {
  if (Number.isFinite(value) && value >= 0) return value;
  throw new StoreError('E_INPUT', `the option ${name} must be a number of milliseconds`, { definite: true });
}

export function abortedError(signal: AbortSignal, definite: boolean): StoreError {
  const message = 'the call was aborted by its signal';
  const hint = definite ? undefined : 'It may still happen: read before you repeat it';
  return new StoreError('E_ABORTED', message, { definite, cause: signal.reason, hint });
}

/** All callbacks of one signal, behind one listener: the runtime takes many listeners for a leak, and warns. */
const waitingFor = new WeakMap<AbortSignal, Set<() => void>>();

/** @returns a function that removes the callback: a signal may outlive many calls, and must not collect what they leave behind */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (!signal) return () => {};
  const callbacks = waitingFor.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || waitingFor.get(signal) !== callbacks) return;
    signal.removeEventListener('abort', callAll);
    waitingFor.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  waitingFor.set(signal, callbacks);
  signal.addEventListener('abort', callAll, { once: true });
  return callbacks;
}

function callAll(this: AbortSignal): void {
  const callbacks = waitingFor.get(this) ?? [];
  waitingFor.delete(this);
  for (const callback of callbacks) callback();
}

/** Calls back once when the signal is aborted, and when the deadline has passed. @returns a function that ends the watch */
export function watchLimits(
  { signal, deadline }: Call,
  on: { abort: (signal: AbortSignal) => void; deadline: () => void },
): () => void {
  const end = onAbort(signal, () => signal && on.abort(signal));
  const timer = setTimeout(on.deadline, Math.min(deadline - performance.now(), timerMsMax));
  return () => {
    clearTimeout(timer);
    end();
  };
}

/** Resolves as the promise does, unless the signal is aborted first. For calls that change nothing. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let end = () => {};
  const aborted = new Promise<never>((_, reject) => {
    end = onAbort(signal, () => reject(abortedError(signal, true)));
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    end();
  }
}
