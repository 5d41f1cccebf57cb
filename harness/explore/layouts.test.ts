import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { eachInTiers, long } from '../../src/tiers.test.helper.js';
import { explore, searchSimulated } from './explore.test.helper.js';

const layout = (name: string) =>
  fileURLToPath(new URL(`../stress/fixtures/layouts/${name}`, import.meta.url));
const bounds = { preemptions: 1, schedules: 400 };

const layouts = [
  'nested.mjs',
  'elsewhere.mjs',
  'wrapped.mjs',
  'yaml-silent.mjs',
  'binary.mjs',
  'directory.mjs',
  'mirrored.mjs',
  'checksummed.mjs',
];

describe('a store whose file does not show its entries', () => {
  eachInTiers(layouts)(
    '%s loses nothing in simulation, and the search knows it from the store alone',
    async (name) => {
      const held = await searchSimulated({ target: layout(name), ...bounds });
      expect([held.failures.map(({ sentence }) => sentence), held.evidence]).toEqual([[], 'store']);
    },
  );

  it.each(layouts)('%s loses nothing, and the search knows it from the store alone', long, async (name) => {
    const { result, failures, evidence, reason } = await explore({ target: layout(name), ...bounds });
    expect({ said: failures.map(({ sentence }) => sentence), result, reason }).toEqual({
      said: [],
      result: 'valid',
    });
    expect(evidence?.of).toBe('store');
  });

  it.each(layouts)('%s without its lock loses updates in simulation', async (name) => {
    const { failures, evidence } = await searchSimulated({ target: `${layout(name)}?loses=1` });
    expect([failures.map(({ kind }) => kind), evidence]).toEqual([['lost-update'], 'store']);
  });

  it.each(layouts)('%s without its lock loses updates, and the store alone shows it', long, async (name) => {
    const { failures, evidence, reason } = await explore({ target: `${layout(name)}?loses=1` });
    expect({ kinds: failures.map(({ kind }) => kind), reason }).toEqual({ kinds: ['lost-update'] });
    expect(evidence?.of).toBe('store');
    expect(failures[0]?.replayed).toEqual({ same: 2, of: 2 });
  });

  it('a store that says how its file is read is judged by its file where clients take turns, too', async () => {
    const held = await searchSimulated({ target: layout('yaml.mjs'), preemptions: 0 });
    expect([held.failures, held.evidence]).toEqual([[], 'read']);
    const { failures } = await searchSimulated({ target: `${layout('yaml.mjs')}?loses=1` });
    expect(failures.map(({ kind }) => kind)).toEqual(['lost-update']);
  });

  it('a store that says how its file is read is judged by its file', long, async () => {
    const held = await explore({ target: layout('yaml.mjs'), ...bounds });
    expect([held.result, held.evidence?.of]).toEqual(['valid', 'read']);
    const { failures } = await explore({ target: `${layout('yaml.mjs')}?loses=1` });
    expect(failures.map(({ kind }) => kind)).toEqual(['lost-update']);
  });

  it('a program that looks at such a file from outside is inconclusive', async () => {
    const clients = ['set a', 'look'];
    const { result, reason } = await explore({ target: layout('nested.mjs'), clients, executor: 'sim' });
    expect([result, reason]).toEqual([
      'unknown',
      expect.stringContaining('"look" opens the file, and that is no evidence'),
    ]);
  });
});
