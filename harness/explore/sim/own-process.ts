import { EventEmitter } from 'node:events';
import type { Call } from '../calls/call.js';
import type { clockFunctions } from '../calls/clock-functions.js';
import { asksLife } from '../calls/proc.js';
import type { Self } from '../calls/self.js';
import type { SimMachine } from './machine.js';
import { type Refuse, refused } from './modules.js';

/** What the `process` of a life needs. */
export interface ProcessParts {
  self: Self;
  machine: Pick<SimMachine, 'user' | 'platform'>;
  env: NodeJS.ProcessEnv;
  time: ReturnType<typeof clockFunctions>;
  /** Makes a call at once. */
  run: (call: Call) => unknown;
  /** Calls back unless its life is over by then. */
  whileLive: (callback: () => void) => void;
  crash: (reason: string) => never;
  refuse: Refuse;
}

const silent = { write: () => true, end: () => {}, on: () => silent, isTTY: false, fd: 1 };
const realNextTick = process.nextTick.bind(process);

/** `process` as a program finds it: one for each life, since libraries put listeners and more on it. */
export function ownProcess(parts: ProcessParts): EventEmitter {
  const { node, hasModes } = parts.machine.platform;
  const own = Object.assign(known(parts), { platform: node });
  // A system without users has none of these functions.
  if (!hasModes) Object.assign(own, { getuid: undefined, geteuid: undefined, getgid: undefined });
  if (!hasModes) Object.assign(own, { getegid: undefined, getgroups: undefined });
  return new Proxy(own, {
    get: (target, name, receiver) =>
      name in target || typeof name === 'symbol' || !(name in process)
        ? Reflect.get(target, name, receiver)
        : parts.refuse(`uses process.${name}`),
  });
}

function known(parts: ProcessParts): EventEmitter {
  const { self, env, time, run, whileLive, crash, refuse } = parts;
  const { user } = parts.machine;
  const { platform, arch, version, versions, release, config, features, execPath } = process;
  const refusedHere = Object.fromEntries(
    [
      ...['binding', '_linkedBinding', 'chdir', 'dlopen', 'send', 'disconnect', 'initgroups'],
      ...['setegid', 'seteuid', 'setgid', 'setgroups', 'setuid', 'setUncaughtExceptionCaptureCallback'],
    ].map((name) => [name, refused(`process.${name}`, refuse)]),
  );
  const end = (code?: unknown) => crash(`it ended itself with code ${code ?? 0}`);
  return Object.assign(new EventEmitter(), {
    platform,
    arch,
    version,
    versions,
    release,
    config,
    features,
    execPath,
    pid: self.pid,
    ppid: 1,
    title: 'node',
    argv: [execPath],
    argv0: 'node',
    execArgv: [],
    env: { ...env },
    exitCode: undefined,
    stdout: silent,
    stderr: silent,
    stdin: silent,
    hrtime: time.hrtime,
    uptime: time.uptime,
    cwd: () => self.cwd(),
    umask: (mask?: number) =>
      mask === undefined || mask === user.umask ? user.umask : refuse('changes its umask'),
    getuid: () => user.uid,
    geteuid: () => user.uid,
    getgid: () => user.gid,
    getegid: () => user.gid,
    getgroups: () => [...user.groups],
    nextTick: (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
      realNextTick(() => whileLive(() => callback(...args))),
    emitWarning: () => {},
    getActiveResourcesInfo: () => [],
    memoryUsage: process.memoryUsage,
    kill: (of: number, signal: string | number = 'SIGTERM') => {
      if (signal === 0) {
        run(asksLife(of));
        return true;
      }
      return of === self.pid ? crash(`it sent itself ${signal}`) : refuse(`sends ${signal} to process ${of}`);
    },
    exit: end,
    reallyExit: end,
    abort: () => crash('it aborted itself'),
    ...refusedHere,
  });
}
