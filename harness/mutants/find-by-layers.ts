import { findByTests } from './find-by-tests.js';
import type { Mutant } from './mutant.js';
import type { Sandbox } from './sandbox.js';
import { searchMutants } from './search.js';
import { executionsMax, searches } from './searches.js';
import { isSearchable } from './simulate.js';

/** No mutant has this name: it stands for the store as it is. */
const asItIs = 'the store as it is';

/**
 * Finds each mutant by the layer that is asked first: searches in simulation, which know nothing of any mutant, then the test that was
 * written for it. Prints which layer found which, the score, and those that no layer found.
 * @returns false where one survives, a search finds something in the store as it is, or there is none to be found
 */
export async function findByLayers(mutants: readonly Mutant[], sandbox: Sandbox): Promise<boolean> {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const searched = mutants.filter(isSearchable).map(({ name }) => name);
  say(`searches: ${searches.length}, at most ${executionsMax} executions each, until one finds something`);
  const bySearch = new Set<string>();
  let isSound = true;
  await searchMutants([asItIs, ...searched], (name, found) => {
    const breaks = mutants.find((mutant) => mutant.name === name)?.breaks ?? '';
    if (found) bySearch.add(name);
    if (name === asItIs && found) isSound = false;
    const what = found
      ? `${found.kind} (${found.guarantee}) in execution ${found.executions}: ${found.search}`
      : 'nothing found';
    say(`explore sim  ${breaks.padEnd(6)} ${name}: ${what}`);
  });
  const left = mutants.filter(({ name }) => !bySearch.has(name));
  const survivors = await findByTests(left, sandbox, say);
  bySearch.delete(asItIs);
  const byTests = left.length - survivors.length;
  const found = bySearch.size + byTests;
  say('');
  say(`${found} of ${mutants.length} mutants found: ${bySearch.size} by explore sim, ${byTests} by tests`);
  for (const name of survivors) say(`survives: ${name}`);
  if (!isSound) say(`a search finds something in ${asItIs}: what it found in mutants proves nothing`);
  return isSound && survivors.length === 0 && mutants.length > 0;
}
