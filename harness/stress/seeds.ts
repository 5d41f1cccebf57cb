import { writeFileSync } from 'node:fs';
import type { SeedEvent } from '../core/history.js';
import { credential, foreignEntry } from '../workload/values.js';

/** `42` because keys that look like numbers move in plain objects, `constructor` because objects have one already. */
const known = ['anthropic', 'openai', 'github-copilot', 'google', 'openrouter', '42', 'constructor'];
const foreign = ['from-a-newer-version', 'from-a-plugin'];

/** Writes the file as a user has it before anything starts: private, with entries that no client will touch. */
export function writeSeeds(file: string): SeedEvent[] {
  const seeds = [
    ...known.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` })),
    ...foreign.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.foreign.${n}`, foreign: true })),
  ];
  const entries = seeds.map(({ key, value, foreign }) => [
    key,
    foreign ? foreignEntry(value) : credential(value),
  ]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries), null, 2), { mode: 0o600, flag: 'wx' });
  return seeds;
}
