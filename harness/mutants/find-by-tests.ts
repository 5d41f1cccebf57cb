import type { Mutant } from './mutant.js';
import type { Outcome, Sandbox } from './sandbox.js';

/**
 * Gives each mutant to the test that was written for it. One that is red without any change, or can't be run, finds nothing.
 * @returns the names of those that are not found
 */
export async function findByTests(
  mutants: readonly Mutant[],
  sandbox: Pick<Sandbox, 'run'>,
  say: (text: string) => void,
): Promise<string[]> {
  const whyNot = new Map<string, string>();
  for (const test of new Set(mutants.map((mutant) => mutant.test))) {
    const outcome = await sandbox.run(test);
    if (outcome.kind !== 'missed') whyNot.set(test, `${test} without any change: ${inWords(outcome)}`);
  }
  const survivors: string[] = [];
  for (const mutant of mutants) {
    const outcome = whyNot.has(mutant.test) ? undefined : await sandbox.run(mutant.test, mutant);
    if (outcome?.kind !== 'noticed') survivors.push(mutant.name);
    const text = outcome ? inWords(outcome) : whyNot.get(mutant.test);
    say(`tests        ${mutant.breaks.padEnd(6)} ${mutant.name}: ${text}`);
  }
  return survivors;
}

function inWords(outcome: Outcome): string {
  if (outcome.kind === 'missed') return 'missed';
  return outcome.kind === 'broken' ? `broken: ${outcome.reason}` : 'noticed';
}
