import type { Clock } from './clock.js';

/** As they were before any clock was replaced. */
const [RealDate, realWait] = [Date, Atomics.wait];

/** `Date`, which begins with the virtual time where it is given none. What is made by it is a plain date. */
export function dateOf(clock: Clock): DateConstructor {
  function VirtualDate(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return Reflect.construct(RealDate, [clock.wallMs()]).toString();
    return Reflect.construct(RealDate, args.length === 0 ? [clock.wallMs()] : args, new.target);
  }
  VirtualDate.prototype = RealDate.prototype;
  Object.assign(VirtualDate, { now: () => clock.wallMs(), parse: RealDate.parse, UTC: RealDate.UTC });
  return VirtualDate as unknown as DateConstructor;
}

/** What `process` and `performance` say of the time. */
export function clockFunctions(clock: Clock) {
  const hrtime = (since: [number, number] = [0, 0]) => {
    const passed = clock.read() - since[0] * 1e9 - since[1];
    return [Math.floor(passed / 1e9), passed % 1e9];
  };
  hrtime.bigint = () => BigInt(clock.read());
  return { hrtime, uptime: () => clock.read() / 1e9, now: () => clock.read() / 1e6 };
}

/** `Atomics.wait`, which blocks the process. @param sleepNow blocks it until a time, in virtual nanoseconds */
export function waitFunction(clock: Clock, sleepNow: (due: number) => void): typeof Atomics.wait {
  const wait = (array: Int32Array, index: number, value: number, ms = Number.POSITIVE_INFINITY) => {
    if (array[index] !== value || ms === Number.POSITIVE_INFINITY) return realWait(array, index, value, ms);
    sleepNow(clock.peek() + Math.max(0, ms) * 1e6);
    return 'timed-out';
  };
  return wait as typeof Atomics.wait;
}
