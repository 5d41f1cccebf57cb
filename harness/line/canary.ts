import { createHash } from 'node:crypto';
import {
  type BigIntStats,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { CanaryEntry, ValueId } from '../history/events.js';
import { credential } from '../workload/values.js';

/** What the one credential of the canary is called. It is made up like all others, and no process may ever read it. */
export const canaryValue: ValueId = 'canary.0';

const files: readonly [name: string, mode: number, content: string][] = [
  ['credentials.json', 0o600, JSON.stringify({ 'outside-provider': credential(canaryValue) }, null, 2)],
  ['notes.txt', 0o644, 'A credential store has no business here.\n'],
  ['read-only', 0o400, ''],
  ['script.sh', 0o755, '#!/bin/sh\nexit 0\n'],
  ['nested/deep/file', 0o640, 'deep'],
  ['nested/file', 0o600, 'nested'],
];

/** Makes a tree beside the directory of the file under test. @returns its path */
export function makeCanary(sandbox: string): string {
  const canary = path.join(sandbox, 'outside');
  rmSync(canary, { recursive: true, force: true });
  for (const directory of ['', 'empty', 'nested/deep'])
    mkdirSync(path.join(canary, directory), { recursive: true });
  for (const [name, mode, content] of files) {
    writeFileSync(path.join(canary, name), content, { flag: 'wx' });
    chmodSync(path.join(canary, name), mode);
  }
  return canary;
}

/** All that can be read of it without leaving a trace, in the order of names. */
export function listCanary(canary: string): CanaryEntry[] {
  const below = readdirSync(canary, { recursive: true, encoding: 'utf8' }).sort();
  return ['.', ...below].flatMap((name) => {
    const place = path.join(canary, name);
    const stats = lstatSync(place, { bigint: true, throwIfNoEntry: false });
    return stats ? describe(name, place, stats) : [];
  });
}

function describe(name: string, place: string, stats: BigIntStats): CanaryEntry {
  const common = {
    mode: (stats.mode & 0o7777n).toString(8),
    owner: `${stats.uid}:${stats.gid}`,
    modified: String(stats.mtimeNs),
    changed: String(stats.ctimeNs),
  };
  if (!stats.isFile()) return { name, kind: stats.isDirectory() ? 'directory' : 'other', ...common };
  return { name, kind: 'file', ...common, size: Number(stats.size), hash: hashOf(place) };
}

/** A file that was changed so that not even its owner may read it shows by its mode. */
function hashOf(place: string): string {
  try {
    return createHash('sha256').update(readFileSync(place)).digest('hex');
  } catch (error) {
    return `unreadable: ${(error as NodeJS.ErrnoException).code}`;
  }
}
