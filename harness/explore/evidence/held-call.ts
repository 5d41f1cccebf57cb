import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HeldCall } from '../gate/hold-preload.js';
import type { CallName } from '../protocol/calls.js';

const preload = fileURLToPath(new URL('../gate/hold-preload.js', import.meta.url));

/** Node itself makes none of these: they are counted without a look at their paths, for which strace has no good eye. */
export const ownOnly: ReadonlySet<string> = new Set<CallName>(['rename', 'rmdir', 'mkdir', 'unlink']);

/** What a call of the gate is for the kernel, where it can be held by its name. */
const syscalls: Partial<Record<CallName, string>> = {
  open: 'openat',
  write: 'write',
  read: 'read',
  rename: 'rename',
  rmdir: 'rmdir',
  mkdir: 'mkdir',
  unlink: 'unlink',
};

export function syscallOf(call: string): string | undefined {
  return Object.hasOwn(syscalls, call) ? syscalls[call as CallName] : undefined;
}

/** Longer than any wait for the other processes. It only ends what is left where this process is killed. */
const straceHoldsForMs = 600_000;

export interface LateCall {
  client: number;
  /** Its name, as the gate has it. */
  call: string;
  /** Relative to the sandbox. */
  place: string;
  /** The how manieth such call of the process: on it, or, of those that Node makes none of, on anything. */
  when: number;
}

/** What holds the call: `strace` from outside, or what is loaded into the process where there is none, or it may not look. */
export type Holder = 'strace' | 'preload';

/** How a process is started that stops before one call, until it is released. */
export interface Hold {
  /** What comes before the program of the process. */
  command: string[];
  env: Record<string, string>;
  /** Whether the process has reached the call. */
  isReached(): boolean;
  /** Lets the process make the call. @param holder the process that was started by `command` */
  release(holder: { kill(signal: 'SIGKILL'): boolean }): void;
  /** Removes what the hold has written. */
  remove(): void;
}

/** @param root the sandbox of the process */
export const holdBy: Record<Holder, (late: LateCall, root: string) => Hold> = {
  strace({ call, place, when }, root) {
    const directory = newDirectory();
    const trace = path.join(directory, 'trace');
    const syscall = syscallOf(call) ?? call;
    const inject = `inject=${syscall}:delay_enter=${straceHoldsForMs * 1000}:when=${when}`;
    const on = ownOnly.has(call) ? [] : ['-P', path.join(root, place)];
    const tracing = ['-e', `trace=${syscall}`, '-e', 'signal=none', ...on, '-e', inject];
    return {
      command: ['strace', '-f', '-qq', '-o', trace, ...tracing, process.execPath],
      // `strace` counts the calls of each thread by itself, so a second call has to be made by the thread of the first.
      env: when > 1 ? { UV_THREADPOOL_SIZE: '1' } : {},
      isReached: () => mostCallsOfAThread(readIfThere(trace), syscall) >= when,
      // The kernel lets a process go on as soon as the one that traces it is gone.
      release: (strace) => void strace.kill('SIGKILL'),
      remove: () => rmSync(directory, { recursive: true, force: true }),
    };
  },
  preload({ call, place, when }, root) {
    const directory = newDirectory();
    const held: HeldCall = {
      call,
      when,
      root,
      place: ownOnly.has(call) ? undefined : path.join(root, place),
      reached: path.join(directory, 'reached'),
      released: path.join(directory, 'released'),
      starter: process.pid,
    };
    return {
      command: [process.execPath, '--import', preload],
      env: { HOLDFAST_HOLD: JSON.stringify(held) },
      isReached: () => readIfThere(held.reached) !== undefined,
      release: () => writeFileSync(held.released, ''),
      remove: () => rmSync(directory, { recursive: true, force: true }),
    };
  },
};

/** Outside the sandbox: a store that lists its directories sees nothing of it. */
const newDirectory = () => mkdtempSync(path.join(tmpdir(), 'holdfast-hold-'));

function readIfThere(name: string): string | undefined {
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return undefined;
  }
}

/** `strace` writes the beginning of a call before it delays it: `12345 rename("a", "b"`. */
function mostCallsOfAThread(trace = '', syscall: string): number {
  const counts = new Map<string, number>();
  for (const [, thread = '', name] of trace.matchAll(/^(\d+) +(\w+)\(/gm))
    if (name === syscall) counts.set(thread, (counts.get(thread) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
