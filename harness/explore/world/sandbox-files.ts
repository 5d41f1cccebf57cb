import path from 'node:path';
import type { Disk } from '../../line/disk.js';
import type { Identity } from '../protocol/protocol.js';

/** What is in the sandbox before anything happens. */
export type FirstFile = string | { mode: number; content?: Buffer; target?: string };

/** All that can be found in one file, with its times and number as clients know them: a line for a fingerprint. */
export function describe(
  disk: Disk,
  root: string,
  name: string,
  identityOf: (id: string) => Partial<Identity> | undefined,
): string {
  const place = path.join(root, name);
  const stats = disk.lstatSync(place);
  const { ino, mtime, ctime, birthtime } = identityOf(String(stats.ino)) ?? {};
  const content = stats.isFile()
    ? disk.readFileSync(place, 'base64')
    : stats.isSymbolicLink() && disk.readlinkSync(place);
  const { mode, uid, gid, nlink } = stats;
  return JSON.stringify([name, mode, uid, gid, nlink, ino, mtime, ctime, birthtime, content]);
}

/** Goes through no link, as Node's own does: one that leads up would have no end. */
export function namesBelow(disk: Disk, root: string, directory: string): string[] {
  return disk.readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const name = below(directory, entry.name);
    return entry.isDirectory() ? [name, ...namesBelow(disk, root, name)] : [name];
  });
}

export function below(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

export function parentOf(place: string): string {
  const parent = path.dirname(place);
  return parent === '.' ? '' : parent;
}

/** Makes all that is there before anything happens, each after the directories above it. @param onMade is given each name */
export function makeAllFirst(
  disk: Disk,
  root: string,
  files: Readonly<Record<string, FirstFile>>,
  onMade: (name: string) => void,
): void {
  const made = new Set<string>();
  const make = (name: string, first: FirstFile) => {
    if (made.has(name)) return;
    made.add(name);
    makeFirst(disk, path.join(root, name), first);
    onMade(name);
  };
  for (const [name, first] of Object.entries(files)) {
    for (const directory of ancestorsOf(name)) make(directory, { mode: 0o700 });
    make(name, first);
  }
}

/** Makes what is there before anything happens: a file of mode 0600 where nothing else is said. */
function makeFirst(disk: Disk, place: string, first: FirstFile): void {
  const { mode, content, target } =
    typeof first === 'string' ? { mode: 0o600, content: first, target: undefined } : first;
  if (target !== undefined) {
    disk.symlinkSync(target, place);
    return;
  }
  if (content === undefined) disk.mkdirSync(place, { mode });
  else disk.writeFileSync(place, content, { mode });
  disk.chmodSync(place, mode);
}

/** Quicker than `rmSync`, which looks at everything twice: this is done before every execution. */
export function empty(disk: Disk, directory: string): void {
  for (const entry of disk.readdirSync(directory, { withFileTypes: true })) {
    const place = path.join(directory, entry.name);
    if (!entry.isDirectory()) disk.unlinkSync(place);
    else {
      empty(disk, place);
      disk.rmdirSync(place);
    }
  }
}

function ancestorsOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
