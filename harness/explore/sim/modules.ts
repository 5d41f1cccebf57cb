import asyncHooks from 'node:async_hooks';
import crypto from 'node:crypto';
import { createRequire } from 'node:module';
import os from 'node:os';
import perfHooks from 'node:perf_hooks';
import zlib from 'node:zlib';
import type { Randomness } from '../calls/randomness.js';

/** Ends a program that does what is not simulated. @param what it does: `calls net.connect` */
export type Refuse = (what: string) => never;

/** These are functions of their arguments, or work on ticks and microtasks alone. */
const plain = new Set(
  'assert assert/strict buffer constants diagnostics_channel events path path/posix path/win32 punycode querystring stream stream/consumers stream/promises string_decoder sys tty url util util/types v8'.split(
    ' ',
  ),
);

/** They answer from a thread, or draw numbers of their own. */
const cryptoRefused = [
  ...['checkPrime', 'checkPrimeSync', 'diffieHellman', 'createDiffieHellman', 'createECDH'],
  ...['generateKey', 'generateKeyPair', 'generateKeyPairSync', 'generateKeySync', 'generatePrime'],
  ...['generatePrimeSync', 'hkdf', 'pbkdf2', 'scrypt', 'secureHeapUsed'],
];

type Module = Record<string, unknown>;

/** Every virtual process is the only thread of its own. */
const mainThread: Module = {
  isMainThread: true,
  threadId: 0,
  parentPort: null,
  workerData: null,
  resourceLimits: {},
};

/** What a function that is refused is called. It can be called, made an instance of and extended. */
export function refused(name: string, refuse: Refuse): unknown {
  return function refuseIt() {
    refuse(`calls ${name}`);
  };
}

/** A module of which everything is refused that is a function. */
function refusedModule(name: string, refuse: Refuse): Module {
  const real = realRequire(name) as Module;
  return Object.fromEntries(
    Object.entries(real).map(([key, value]) => [
      key,
      typeof value === 'function' ? refused(`${name}.${key}`, refuse) : value,
    ]),
  );
}

const realRequire = createRequire(import.meta.url);

/** What every life of a process finds in these modules. */
interface Own {
  randomness: Randomness;
  later: (callback: () => void) => void;
  performance: unknown;
  timers: Module;
  timersPromises: Module;
}

/**
 * The modules of Node as a virtual process finds them. A way around them, as `createRequire`, is refused.
 * @returns `require`, without those of which each life has its own: `fs` and `process`
 */
export function modulesFor(own: Own, refuse: Refuse): (name: string) => unknown {
  const functions = own.randomness.functions(own.later);
  const known = new Map<string, unknown>(
    Object.entries({
      crypto: {
        ...crypto,
        ...functions,
        ...Object.fromEntries(
          cryptoRefused.map((name) => [name, refused(`crypto.${name}`, refuse)] as const),
        ),
        webcrypto: webCryptoFor(functions, refuse),
      },
      os: { ...os, hostname: () => 'gated' },
      async_hooks: { ...asyncHooks },
      perf_hooks: { ...perfHooks, performance: own.performance },
      timers: { ...own.timers, promises: own.timersPromises },
      'timers/promises': own.timersPromises,
      zlib: zlibFor(refuse),
      worker_threads: { ...refusedModule('worker_threads', refuse), ...mainThread },
    }),
  );
  return function requireModule(name) {
    const short = name.replace(/^node:/, '');
    if (known.has(short)) return known.get(short);
    const module = plain.has(short) ? realRequire(name) : loaded(name, short);
    known.set(short, module);
    return module;
  };

  function loaded(name: string, short: string): unknown {
    if (!realRequire.resolve.paths(name)) return refusedModule(short, refuse);
    return refuse(`loads ${name}`);
  }
}

export function webCryptoFor(functions: ReturnType<Randomness['functions']>, refuse: Refuse): unknown {
  return {
    randomUUID: functions.randomUUID,
    getRandomValues: (view: ArrayBufferView) => functions.randomFillSync(view),
    get subtle() {
      return refuse('uses crypto.subtle');
    },
  };
}

/** Its asynchronous functions work in a thread. */
function zlibFor(refuse: Refuse): Module {
  const known = zlib as unknown as Module;
  const isAsync = (name: string) => `${name}Sync` in known;
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => [
      name,
      isAsync(name) || /^create[A-Z]/.test(name) ? refused(`zlib.${name}`, refuse) : value,
    ]),
  );
}
