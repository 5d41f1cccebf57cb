import { promisify } from 'node:util';
import type { Clock } from './clock.js';

type Callback = (...args: unknown[]) => void;

/** `setTimeout` and `setInterval` in virtual time: the scheduler says when the next one is due. */
export class Timers {
  private readonly all = new Set<Timer>();
  private count = 0;

  constructor(readonly clock: Clock) {}

  /** Numbers them, as Node does. */
  nextId(): number {
    return ++this.count;
  }

  dueNext(): number | undefined {
    return this.first()?.due;
  }

  /** Only the first: another that is due at the same time is a step of its own. */
  fireNext(): void {
    const timer = this.first();
    if (!timer) return;
    if (timer.isRepeated) timer.refresh();
    else this.all.delete(timer);
    timer.callback();
  }

  keepsAlive(): boolean {
    return [...this.all].some((timer) => timer.hasRef());
  }

  clear(): void {
    this.all.clear();
    this.count = 0;
  }

  add(timer: Timer): void {
    this.all.delete(timer);
    this.all.add(timer);
  }

  remove(timer: unknown): void {
    if (timer instanceof Timer) this.all.delete(timer);
    else for (const one of this.all) if (one.id === Number(timer)) this.all.delete(one);
  }

  /** The next timer; the one that was set first, if two are due at the same time. */
  private first(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.all) if (!first || timer.due < first.due) first = timer;
    return first;
  }
}

const msMax = 2 ** 31 - 1;

/** What `setTimeout` gives. */
class Timer {
  readonly id: number;
  due = 0;
  private isRef = true;

  constructor(
    private readonly owner: Timers,
    readonly callback: () => void,
    private readonly ms: number,
    readonly isRepeated: boolean,
  ) {
    this.id = owner.nextId();
    this.refresh();
  }

  refresh(): this {
    // As Node has it: at least one millisecond, and one for what is too long.
    const ms = this.ms >= 1 && this.ms <= msMax ? Math.trunc(this.ms) : 1;
    this.due = this.owner.clock.peek() + ms * 1e6;
    this.owner.add(this);
    return this;
  }
  ref(): this {
    this.isRef = true;
    return this;
  }
  unref(): this {
    this.isRef = false;
    return this;
  }
  hasRef(): boolean {
    return this.isRef;
  }
  close(): this {
    this.owner.remove(this);
    return this;
  }
  [Symbol.toPrimitive](): number {
    return this.id;
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

interface Waiting {
  signal?: AbortSignal;
  ref?: boolean;
}

/**
 * The functions that set and clear timers.
 * @param later runs a callback in a later turn of the event loop
 */
export function timerFunctions(owner: Timers, later: (callback: () => void) => void) {
  const set = (callback: Callback, ms: unknown, isRepeated: boolean, args: unknown[]) =>
    new Timer(owner, () => callback(...args), Number(ms), isRepeated);
  const cleared = new WeakSet<object>();
  const immediate = (callback: Callback, ...args: unknown[]) => {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    later(() => !cleared.has(handle) && callback(...args));
    return handle;
  };
  const functions = {
    setTimeout: (callback: Callback, ms?: unknown, ...args: unknown[]) => set(callback, ms, false, args),
    setInterval: (callback: Callback, ms?: unknown, ...args: unknown[]) => set(callback, ms, true, args),
    setImmediate: immediate,
    clearTimeout: (timer: unknown) => owner.remove(timer),
    clearInterval: (timer: unknown) => owner.remove(timer),
    clearImmediate: (handle: unknown) => typeof handle === 'object' && handle !== null && cleared.add(handle),
  };
  const wait = (ms: unknown, value?: unknown, { signal, ref = true }: Waiting = {}) =>
    new Promise((resolve, reject) => {
      const abort = () => reject(abortError(signal));
      if (signal?.aborted) return abort();
      const timer = set(() => resolve(value), ms, false, []);
      if (!ref) timer.unref();
      signal?.addEventListener('abort', () => {
        timer.close();
        abort();
      });
    });
  const turn = (value?: unknown) => new Promise((resolve) => later(() => resolve(value)));
  async function* every(ms: unknown, value?: unknown, options?: Waiting): AsyncGenerator {
    for (;;) yield await wait(ms, value, options);
  }
  Object.assign(functions.setTimeout, { [promisify.custom]: wait });
  Object.assign(functions.setImmediate, { [promisify.custom]: turn });
  return {
    functions,
    promises: { setTimeout: wait, setImmediate: turn, setInterval: every },
    scheduler: {
      wait: (ms: number, options?: Waiting) => wait(ms, undefined, options),
      yield: turn,
    },
    /** `AbortSignal.timeout` */
    abortAfter(ms: number): AbortSignal {
      const controller = new AbortController();
      const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
      set(() => controller.abort(reason), ms, false, []).unref();
      return controller.signal;
    },
  };
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}
