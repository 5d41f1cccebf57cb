import { closest } from '../core/closest.js';
import { UsageError } from '../core/usage-error.js';
import type { Part, Suite } from './context.js';
import { againstBareLoop } from './parts/against-bare-loop.js';
import { contended } from './parts/contended.js';
import { executions } from './parts/explorations.js';
import { reads } from './parts/reads.js';
import { rivals } from './parts/rivals.js';

const store: Suite = {
  sequential: againstBareLoop({
    ...{ name: 'sequential', title: 'one process, one set after another' },
    ...{ lanes: 1, setsPerRound: 200, rounds: 9, atLeast: 0.45 },
  }),
  concurrent: againstBareLoop({
    ...{ name: 'concurrent', title: 'one process, 64 sets at once' },
    ...{ lanes: 64, setsPerRound: 64 * 50, rounds: 7, atLeast: 10 },
  }),
  contended,
  reads,
  rivals,
};

const suites: Readonly<Record<string, Suite>> = { store, explore: { executions } };

/** @throws UsageError naming what there is */
export function findParts(suite: string, only: readonly string[] | undefined): [name: string, part: Part][] {
  const parts = suites[suite];
  if (!parts || !Object.hasOwn(suites, suite)) throw unknownName('suite', suite, Object.keys(suites));
  const names = Object.keys(parts);
  for (const name of only ?? []) if (!names.includes(name)) throw unknownName('part', name, names);
  return Object.entries(parts).filter(([name]) => !only || only.includes(name));
}

function unknownName(what: string, name: string, names: string[]): UsageError {
  return new UsageError(
    `unknown ${what} "${name}"${closest(name, names)}`,
    `expected one of: ${names.join(', ')}`,
  );
}
