import { describe, expect, it } from 'vitest';
import { long, nightly } from '../../../src/tiers.test.helper.js';
import { DepthFirst } from './depth-first.js';
import { searchRevocation } from './revocation.test.helper.js';
import { type Mistake, mistakes, type RevocationModel } from './revocation-world.test.helper.js';

const everything = () => new DepthFirst({ preemptionsMax: undefined, prunes: true });
const smallest: RevocationModel = { verifiers: 1, deleters: 1, ticks: 2, life: 1, looks: 1 };

/** What is searched to its end; the first for each run of the tests. */
const models: [name: string, model: RevocationModel, options: object][] = [
  ['one verifier and one deletion', smallest, {}],
  ['all of them look twice', { ...smallest, looks: 2 }, long],
  ['a confirmation lives for two ticks', { ...smallest, looks: 2, life: 2, ticks: 3 }, long],
  ['a request is done twice', { ...smallest, copies: 1 }, long],
  ['a process is killed', { ...smallest, kills: 1 }, long],
  ['two deletions', { ...smallest, deleters: 2, ticks: 1 }, nightly],
  ['two verifiers', { ...smallest, verifiers: 2, ticks: 1 }, long],
];

describe('revocation by registration and confirmation', () => {
  for (const [name, model, options] of models)
    it(`no order of events lets a deleted token in where ${name}`, options, () => {
      const strategy = everything();
      expect(searchRevocation(model, strategy)).toEqual({ wrong: undefined });
      expect(strategy.exhausted).toBe(true);
    });

  const all = Object.entries(mistakes) as [Mistake, Partial<RevocationModel>][];
  // Those of two deletions are deep.
  for (const [mistake, more] of all)
    it(`the search finds it where ${mistake}`, more.deleters ? nightly : {}, () => {
      const model = { ...smallest, ...more, mistake };
      expect(searchRevocation(model, everything()).wrong).toMatch(/lets a deleted token in/);
    });
});
