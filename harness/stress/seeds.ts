import { writeFileSync } from 'node:fs';
import type { SeedEvent } from '../core/history.js';
import type { Scenario } from '../core/scenario.js';
import { credential, foreignEntry, oauthCredential, oauthKeys } from '../workload/values.js';

/** `42` because keys that look like numbers move in plain objects, `constructor` because objects have one already. */
const known = ['anthropic', 'openai', 'github-copilot', 'google', 'openrouter', '42', 'constructor'];
const foreign = ['from-a-newer-version', 'from-a-plugin'];

/** What is there before anything starts; in a token file only what no version of it knows, for nobody holds its tokens. */
export function seedsOf({ subject, oauth }: Scenario): SeedEvent[] {
  const credentials = [
    ...known.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` })),
    ...(oauth ? oauthKeys : []).map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.oauth.${n}` })),
  ];
  return [
    ...(subject === 'tokens' ? [] : credentials),
    ...foreign.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.foreign.${n}`, foreign: true })),
  ];
}

/** Writes the file as a user has it: private, with entries that no client will touch. */
export function writeSeeds(file: string, seeds: SeedEvent[]): SeedEvent[] {
  const entries = seeds.map(({ key, value, foreign }) => {
    if (foreign) return [key, foreignEntry(value)];
    const isOauth = oauthKeys.some((name) => name === key);
    return [key, isOauth ? oauthCredential(value, 0) : credential(value)];
  });
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries), null, 2), { mode: 0o600, flag: 'wx' });
  return seeds;
}
