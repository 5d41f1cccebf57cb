import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UsageError } from '../../src/cli/usage-error.js';
import { type RuntimeChoice, type RuntimeName, runtimeNames } from '../core/runtime.js';

export interface Runtime {
  name: RuntimeName;
  /** The executable, and its arguments before the program. */
  command: readonly string[];
}

export interface Runtimes {
  choice: RuntimeChoice;
  /** Whose turn it is, in order. */
  turns: readonly Runtime[];
}

/** What the harness itself runs on. */
export const node: Runtime = { name: 'node', command: [process.execPath] };
export const onNode: Runtimes = { choice: 'node', turns: [node] };

interface Installed {
  /** Makes it say where its executable is: what is on the PATH may be a script that starts another process. */
  ask: readonly string[];
  /** `--cached-only`: nothing is fetched in the midst of a run. */
  flags: readonly string[];
  install: string;
}

const others: Record<Exclude<RuntimeName, 'node'>, Installed> = {
  bun: {
    ask: ['--print', 'process.execPath'],
    flags: [],
    install: 'https://bun.sh, or npm install --global bun',
  },
  deno: {
    ask: ['eval', '--print', 'Deno.execPath()'],
    flags: ['run', '--allow-all', '--no-lock', '--cached-only', '--quiet'],
    install: 'https://deno.com, or npm install --global deno',
  },
};

/** @throws UsageError if one of them is not installed */
export async function findRuntimes(choice: RuntimeChoice): Promise<Runtimes> {
  const names = choice === 'mixed' ? runtimeNames : [choice];
  return { choice, turns: await Promise.all(names.map(findRuntime)) };
}

async function findRuntime(name: RuntimeName): Promise<Runtime> {
  if (name === 'node') return node;
  const { ask, flags, install } = others[name];
  // Their own clocks begin with each process: see clock.ts.
  if (process.platform !== 'linux') throw new UsageError(`clients run on ${name} under Linux only`);
  const asked = await promisify(execFile)(name, [...ask], { timeout: 10_000 }).catch(() => undefined);
  if (!asked) throw new UsageError(`${name} is not on the PATH`, `install it: ${install}`);
  return { name, command: [asked.stdout.trim(), ...flags] };
}
