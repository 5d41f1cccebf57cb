import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an editor writes at once comes as one change. */
const togetherMs = 100;
const source = /\.([cm]?[jt]s|json)$/;
const passedOver = /(^|[\\/])(node_modules|\..*)([\\/]|$)/;

export interface Watched {
  /** With all that is below them, but for packages and for what begins with a dot. */
  directories: readonly string[];
  /** What the command writes itself. */
  except: string;
  /** Ends it. */
  signal: AbortSignal;
  onRound: (changed: string | undefined) => void;
}

/**
 * Runs a command, and again with each change of a source: in a process of its own, as no process can load a module anew. A change
 * ends the one that runs.
 */
export async function againWithEachChange(
  command: readonly [string, ...string[]],
  { directories, except, signal, onRound }: Watched,
): Promise<void> {
  let changed: string | undefined;
  let onChange = () => {};
  const watchers = [...new Set(directories)].map((directory) =>
    watch(directory, { recursive: true, signal }, (_, name) => {
      const file = path.join(directory, name ?? '');
      if (name === null || !source.test(name) || passedOver.test(name) || isBelow(except, file)) return;
      changed ??= file;
      onChange();
    }),
  );
  try {
    while (!signal.aborted) {
      const next = new Promise<void>((resolve) => {
        onChange = resolve;
      });
      const ended = new AbortController();
      signal.addEventListener('abort', () => ended.abort(), { once: true });
      onRound(changed);
      changed = undefined;
      const running = run(command, ended.signal);
      await Promise.race([next, until(signal)]);
      ended.abort();
      await running;
      if (!signal.aborted) await sleep(togetherMs);
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
}

/** It ends its own processes when it is asked to. */
function run([program, ...args]: readonly [string, ...string[]], signal: AbortSignal): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill('SIGINT');
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function isBelow(directory: string, file: string): boolean {
  const relative = path.relative(directory, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}
