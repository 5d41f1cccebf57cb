import { writeFileSync } from 'node:fs';
import type { Scenario } from '../core/scenario.js';
import type { SeedEvent, ValueId } from '../history/events.js';
import { type Evidence, ofFile } from '../history/evidence.js';
import { credential, foreignEntry, oauthCredential, oauthKeys } from '../workload/values.js';

/** `42` because keys that look like numbers move in plain objects, `constructor` because objects have one already. */
const known = ['anthropic', 'openai', 'github-copilot', 'google', 'openrouter', '42', 'constructor'];
const foreign = ['from-a-newer-version', 'from-a-plugin'];

/**
 * What is there before anything starts; in a token file only what no version of it knows, for no client holds its tokens.
 * @param evidence where it is not the file, nothing of a kind that no store knows: no target promises to keep that
 */
export function seedsOf({ subject, oauth }: Scenario, { of }: Evidence = ofFile): SeedEvent[] {
  const credentials = [
    ...known.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` })),
    ...(oauth ? oauthKeys : []).map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.oauth.${n}` })),
  ];
  return [
    ...(subject === 'tokens' ? [] : credentials),
    ...(of === 'file' ? foreign : []).map(
      (key, n): SeedEvent => ({ type: 'seed', key, value: `seed.foreign.${n}`, foreign: true }),
    ),
  ];
}

/** The value of that name. */
export function seedValue(id: ValueId): Record<string, unknown> {
  if (id.startsWith('seed.foreign.')) return foreignEntry(id);
  return id.startsWith('seed.oauth.') ? oauthCredential(id, 0) : credential(id);
}

/** Writes the file as a user has it: private, with entries that no client will touch. */
export function writeSeeds(file: string, seeds: readonly SeedEvent[]): void {
  const entries = seeds.map(({ key, value }) => [key, seedValue(value)]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(entries), null, 2), { mode: 0o600, flag: 'wx' });
}
