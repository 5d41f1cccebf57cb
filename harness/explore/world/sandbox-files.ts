import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Identity } from '../process/protocol.js';

/** What is in the sandbox before anything happens. */
export type FirstFile = string | { mode: number; content?: Buffer; target?: string };

/** All that can be found in one file, with its times and number as clients know them: a line for a fingerprint. */
export function describe(
  root: string,
  name: string,
  identityOf: (id: string) => Partial<Identity> | undefined,
): string {
  const place = path.join(root, name);
  const stats = lstatSync(place);
  const { ino, mtime, ctime, birthtime } = identityOf(String(stats.ino)) ?? {};
  const content = stats.isFile()
    ? readFileSync(place, 'base64')
    : stats.isSymbolicLink() && readlinkSync(place);
  const { mode, uid, gid, nlink } = stats;
  return JSON.stringify([name, mode, uid, gid, nlink, ino, mtime, ctime, birthtime, content]);
}

/** Goes through no link, as Node's own does: one that leads up would have no end. */
export function namesBelow(root: string, directory: string): string[] {
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = below(directory, entry.name);
    return entry.isDirectory() ? [name, ...namesBelow(root, name)] : [name];
  });
}

export function below(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

export function parentOf(place: string): string {
  const parent = path.dirname(place);
  return parent === '.' ? '' : parent;
}

/** Makes what is there before anything happens: a file of mode 0600 where nothing else is said. */
export function makeFirst(place: string, first: FirstFile): void {
  const { mode, content, target } =
    typeof first === 'string' ? { mode: 0o600, content: first, target: undefined } : first;
  if (target !== undefined) {
    symlinkSync(target, place);
    return;
  }
  if (content === undefined) mkdirSync(place, { mode });
  else writeFileSync(place, content, { mode });
  chmodSync(place, mode);
}

/** Quicker than `rmSync`, which looks at everything twice: this is done before every execution. */
export function empty(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (!entry.isDirectory()) unlinkSync(place);
    else {
      empty(place);
      rmdirSync(place);
    }
  }
}

export function ancestorsOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
