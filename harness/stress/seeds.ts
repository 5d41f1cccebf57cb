import { writeFileSync } from 'node:fs';
import type { SeedEvent } from '../core/history.js';
import { credential, foreignEntry, oauthCredential, oauthKeys } from '../workload/values.js';

/** `42` because keys that look like numbers move in plain objects, `constructor` because objects have one already. */
const known = ['anthropic', 'openai', 'github-copilot', 'google', 'openrouter', '42', 'constructor'];
const foreign = ['from-a-newer-version', 'from-a-plugin'];

/**
 * Writes the file as a user has it before anything starts: private, with entries that no client will touch.
 * @param hasOauth whether there are credentials besides that have expired
 */
export function writeSeeds(file: string, hasOauth: boolean): SeedEvent[] {
  const seeds = [
    ...known.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` })),
    ...(hasOauth ? oauthKeys : []).map(
      (key, n): SeedEvent => ({ type: 'seed', key, value: `seed.oauth.${n}` }),
    ),
    ...foreign.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.foreign.${n}`, foreign: true })),
  ];
  const entries = seeds.map(({ key, value, foreign }) => {
    if (foreign) return [key, foreignEntry(value)];
    const isOauth = oauthKeys.some((name) => name === key);
    return [key, isOauth ? oauthCredential(value, 0) : credential(value)];
  });
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries), null, 2), { mode: 0o600, flag: 'wx' });
  return seeds;
}
