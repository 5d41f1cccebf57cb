import { clockFunctions, dateOf, waitFunction } from '../calls/clock-functions.js';
import type { Self } from '../calls/self.js';
import { type Timers, timerFunctions } from '../calls/timers.js';
import { modulesFor, type Refuse, refused, webCryptoFor } from './modules.js';
import type { Globals } from './script.js';

const offLimits = [
  ...['fetch', 'WebSocket', 'EventSource', 'MessageChannel', 'BroadcastChannel', 'WebAssembly'],
] as const;

/** Those that every life of one process has. */
export interface SharedGlobals {
  globals: Omit<Globals, 'process' | 'require' | 'globalThis' | 'global' | '__filename' | '__dirname'>;
  requireModule: (name: string) => unknown;
  time: ReturnType<typeof clockFunctions>;
}

/** @param sleepNow blocks the process until a time, in virtual nanoseconds */
export function sharedGlobals(
  { clock, randomness }: Self,
  timers: Timers,
  later: (callback: () => void) => void,
  sleepNow: (due: number) => void,
  refuse: Refuse,
): SharedGlobals {
  const { functions, promises, scheduler, abortAfter } = timerFunctions(timers, later);
  const time = clockFunctions(clock);
  const performance = { ...plainPerformance, now: time.now };
  const requireModule = modulesFor(
    { randomness, later, performance, timers: functions, timersPromises: { ...promises, scheduler } },
    refuse,
  );
  const math = Object.create(Object.getPrototypeOf(Math) as object, Object.getOwnPropertyDescriptors(Math));
  math.random = () => randomness.fraction();
  const atomics = Object.create(
    Object.getPrototypeOf(Atomics) as object,
    Object.getOwnPropertyDescriptors(Atomics),
  );
  Object.assign(atomics, {
    wait: waitFunction(clock, sleepNow),
    waitAsync: refused('Atomics.waitAsync', refuse),
  });
  const none = Object.fromEntries(offLimits.map((name) => [name, refused(name, refuse)])) as Record<
    (typeof offLimits)[number],
    unknown
  >;
  return {
    requireModule,
    time,
    globals: {
      ...none,
      ...functions,
      Date: dateOf(clock),
      performance,
      Math: math,
      crypto: webCryptoFor(randomness.functions(later), refuse),
      AbortSignal: new Proxy(AbortSignal, {
        get: (target, name, receiver) =>
          name === 'timeout' ? abortAfter : Reflect.get(target, name, receiver),
      }),
      Atomics: atomics,
      SharedArrayBuffer,
      console: silentConsole,
    },
  };
}

const plainPerformance = { timeOrigin: 0, mark: () => {}, measure: () => {}, toJSON: () => ({}) };
const silentConsole = Object.fromEntries(
  Object.getOwnPropertyNames(globalThis.console).map((name) => [name, () => {}]),
);

/** What a life calls `globalThis`: the real one with its own things in front, where libraries may leave more. */
export function globalObject(own: object): object {
  const descriptors = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name,
      { value, writable: true, configurable: true, enumerable: true },
    ]),
  );
  return Object.create(globalThis, descriptors) as object;
}
