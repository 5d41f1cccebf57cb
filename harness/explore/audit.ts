import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Executed } from './executed.js';

/**
 * Reads what `strace` saw of client processes, and compares it with what they were stopped for. A call that the gate did not see
 * (of a native add-on, say) makes a search blind: it happened outside every schedule.
 */

/** How a client is started so that its calls are written down; `%d` stands for a directory of its own. */
export const auditCommand = [
  'strace',
  '-f',
  '-qq',
  '-s',
  '4096',
  '-e',
  'trace=%file',
  '-o',
  '%d/trace',
] as const;

/** What a call of the system comes to; only what changes something, or opens a file, is compared. */
const classes: Record<string, string> = {
  ...{ open: 'open', openat: 'open', creat: 'open', mkdir: 'mkdir', mkdirat: 'mkdir', rmdir: 'rmdir' },
  ...{ unlink: 'unlink', unlinkat: 'unlink', rename: 'rename', renameat: 'rename', renameat2: 'rename' },
  ...{ link: 'link', linkat: 'link', symlink: 'symlink', symlinkat: 'symlink', truncate: 'truncate' },
  ...{
    chmod: 'chmod',
    fchmodat: 'chmod',
    chown: 'chown',
    fchownat: 'chown',
    lchown: 'chown',
    utimensat: 'utimes',
  },
};

/** What the gate calls otherwise. A directory that is listed, or a file that is copied, is opened for it. */
const gateClasses: Record<string, readonly string[]> = {
  ...{ readdir: ['open'], copyFile: ['open'], lchown: ['chown'], lutimes: ['utimes'], lchmod: ['chmod'] },
};

/** @returns a line for each call on something in the sandbox that no step accounts for, like `rename auth.json` */
export function blindSpots(traces: readonly string[], { steps }: Executed, root: string): string[] {
  const left = new Map<string, number>();
  const count = (key: string, by: number) => left.set(key, (left.get(key) ?? 0) + by);
  for (const trace of traces) for (const key of callsIn(trace, root)) count(key, 1);
  for (const { call } of steps) {
    const { call: name = '', path: place, to } = call ?? {};
    for (const one of gateClasses[name] ?? [name])
      for (const where of [place, name === 'copyFile' ? to : undefined])
        if (where !== undefined) count(`${one} ${where}`, -1);
  }
  return [...left]
    .filter(([, times]) => times > 0)
    .map(([key]) => key)
    .sort();
}

/** The compared calls of one trace, with the path that each is about, relative to the root. */
function callsIn(trace: string, root: string): string[] {
  return trace.split('\n').flatMap((line) => {
    const [, name = '', args = ''] = /^(?:\d+ +)?(\w+)\((.*)/.exec(line) ?? [];
    const one = name === 'unlinkat' && args.includes('AT_REMOVEDIR') ? 'rmdir' : classes[name];
    if (one === undefined) return [];
    const places = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, place = '']) => place);
    // The target of a symbolic link is a word; where it stands is the second.
    const place = places[one === 'symlink' ? 1 : 0];
    if (place === undefined || !place.startsWith(`${root}/`)) return [];
    return [`${one} ${path.relative(root, place)}`];
  });
}

/** What was written down below a cell's directory. */
export function readTraces(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'trace')
    .map((name) => readFileSync(path.join(directory, name), 'utf8'));
}
