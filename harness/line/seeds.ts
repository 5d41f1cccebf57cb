import { writeFileSync } from 'node:fs';
import type { Scenario } from '../core/scenario.js';
import type { SeedEvent, ValueId } from '../history/events.js';
import { type Evidence, ofFile } from '../history/evidence.js';
import type { Program } from '../programs/specification.js';
import { credential, foreignEntry, oauthCredential, oauthKeys } from '../workload/values.js';

/** `42` because keys that look like numbers move in plain objects, `constructor` because objects have one already. */
const known = ['anthropic', 'openai', 'github-copilot', 'google', 'openrouter', '42', 'constructor'];
const programSeeds = 3;
const foreign = ['from-a-newer-version', 'from-a-plugin'];

/**
 * What is there before anything starts; in a token file only what no version of it knows, for no client holds its tokens.
 * @param evidence where it is not the file, nothing of a kind that no store knows: no target promises to keep that
 */
export function seedsOf(
  { subject, oauth, clients, workload }: Pick<Scenario, 'subject' | 'oauth' | 'clients' | 'workload'>,
  { of }: Evidence = ofFile,
  program?: Program,
): SeedEvent[] {
  const credentials = [
    ...known.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` })),
    ...(oauth ? oauthKeys : []).map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.oauth.${n}` })),
  ];
  if (program) return seedsOfProgram(program, clients, workload);
  return [
    ...(subject === 'tokens' ? [] : credentials),
    ...(of === 'file' ? foreign : []).map(
      (key, n): SeedEvent => ({ type: 'seed', key, value: `seed.foreign.${n}`, foreign: true }),
    ),
  ];
}

/** In the plain alphabet that all programs take. One that can only remove begins with what its clients are to remove. */
function seedsOfProgram(
  { set }: Program,
  clients: Scenario['clients'],
  workload: Scenario['workload'],
): SeedEvent[] {
  const untouched = Array.from({ length: programSeeds }, (_, n) => `seed-provider-${n}`);
  const { ownKeys = 0, sharedKeys = 0 } = workload ?? {};
  const names = Object.entries(clients).flatMap(([profile, count]) =>
    Array.from({ length: count }, (_, n) => `${profile}-${n + 1}`),
  );
  const touched = [
    ...names.flatMap((name) => Array.from({ length: ownKeys }, (_, n) => `${name}-provider-${n}`)),
    ...Array.from({ length: sharedKeys }, (_, n) => `shared-provider-${n}`),
    'audit-provider',
  ];
  const keys = set ? untouched : [...untouched, ...touched];
  return keys.map((key, n): SeedEvent => ({ type: 'seed', key, value: `seed.${n}` }));
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
