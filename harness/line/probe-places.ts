import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { SeedEvent } from '../history/events.js';

/** What a probe sets. */
export const probeKeys = ['probe-provider', 'probe-provider-2'] as const;

/** What is in the file when a probe begins, if a foreign program has written it. */
export const probeSeeds: readonly SeedEvent[] = [
  { type: 'seed', key: 'probe-seed-1', value: 'seed.0' },
  { type: 'seed', key: 'probe-seed-2', value: 'seed.1' },
];

/** Where a probe puts a copy of its file, for another probe to open: in a directory of its own. */
export function copyBeside(file: string): string {
  const directory = `${path.dirname(file)}-copy`;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return path.join(directory, path.basename(file));
}
