import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';
import { look, peek, wallMs } from './clock.js';
import type { Loop } from './loop.js';
import { real } from './real.js';

type Callback = (...args: unknown[]) => void;

/** `setTimeout` and `setInterval` in virtual time: the scheduler says when the next one is due. */
export class Timers {
  private readonly all = new Set<Timer>();

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
let ids = 0;

/** What `setTimeout` gives. */
class Timer {
  readonly id = ++ids;
  due = 0;
  private isRef = true;

  constructor(
    private readonly owner: Timers,
    readonly callback: () => void,
    private readonly ms: number,
    readonly isRepeated: boolean,
  ) {
    this.refresh();
  }

  refresh(): this {
    // As Node has it: at least one millisecond, and one for what is too long.
    const ms = this.ms >= 1 && this.ms <= msMax ? Math.trunc(this.ms) : 1;
    this.due = peek() + ms * 1e6;
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

/** Replaces timers and clocks, global and imported. @param sleepNow blocks the process until a time, in virtual nanoseconds */
export function replaceTime(owner: Timers, loop: Loop, sleepNow: (due: number) => void): void {
  const set = (callback: Callback, ms: unknown, isRepeated: boolean, args: unknown[]) =>
    new Timer(owner, () => callback(...args), Number(ms), isRepeated);
  const cleared = new WeakSet<object>();
  const immediate = (callback: Callback, ...args: unknown[]) => {
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    loop.later(() => !cleared.has(handle) && callback(...args));
    return handle;
  };
  const replaced = {
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
  const turn = (value?: unknown) => new Promise((resolve) => loop.later(() => resolve(value)));
  async function* every(ms: unknown, value?: unknown, options?: Waiting): AsyncGenerator {
    for (;;) yield await wait(ms, value, options);
  }
  Object.assign(replaced.setTimeout, { [promisify.custom]: wait });
  Object.assign(replaced.setImmediate, { [promisify.custom]: turn });
  Object.assign(globalThis, replaced);
  Object.assign(timers, replaced);
  Object.assign(timersPromises, { setTimeout: wait, setImmediate: turn, setInterval: every });
  Object.assign(timersPromises.scheduler, {
    wait: (ms: number, options?: Waiting) => wait(ms, undefined, options),
    yield: turn,
  });

  AbortSignal.timeout = (ms: number) => {
    const controller = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    set(() => controller.abort(reason), ms, false, []).unref();
    return controller.signal;
  };
  const { wait: realWait } = Atomics;
  Object.assign(Atomics, {
    wait: (array: Int32Array, index: number, value: number, ms = Number.POSITIVE_INFINITY) => {
      if (array[index] !== value || ms === Number.POSITIVE_INFINITY) return realWait(array, index, value, ms);
      sleepNow(peek() + Math.max(0, ms) * 1e6);
      return 'timed-out';
    },
  });
  replaceClocks();
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason });
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' });
}

function replaceClocks(): void {
  const { Date: RealDate } = real;
  function VirtualDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return Reflect.construct(RealDate, [wallMs()]).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [wallMs()] : args, new.target);
  }
  VirtualDate.prototype = RealDate.prototype;
  Object.assign(VirtualDate, { now: wallMs, parse: RealDate.parse, UTC: RealDate.UTC });
  RealDate.prototype.constructor = VirtualDate;
  Object.assign(globalThis, { Date: VirtualDate });
  Object.defineProperty(performance, 'now', { value: () => look() / 1e6, configurable: true });
  const hrtime = (since: [number, number] = [0, 0]) => {
    const passed = look() - since[0] * 1e9 - since[1];
    return [Math.floor(passed / 1e9), passed % 1e9];
  };
  hrtime.bigint = () => BigInt(look());
  Object.assign(process, { hrtime, uptime: () => look() / 1e9 });
}
