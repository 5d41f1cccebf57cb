import { closest } from '../../src/cli/closest.js';
import { UsageError } from '../../src/cli/usage-error.js';
import type { Subject } from '../core/scenario.js';
import type { Part, Suite } from './context.js';
import { againstBareLoop } from './parts/against-bare-loop.js';
import { fromFile, growth, recorded } from './parts/checking.js';
import { contended } from './parts/contended.js';
import { crowd, curve } from './parts/curve.js';
import { endurance } from './parts/endurance.js';
import { executions } from './parts/explorations.js';
import { reads } from './parts/reads.js';
import { rivals } from './parts/rivals.js';
import { inSimulation } from './parts/simulations.js';
import { sizes } from './parts/sizes.js';
import { verification } from './parts/verification.js';

const store: Suite = {
  sequential: againstBareLoop({
    name: 'sequential',
    title: 'one process, one set after another',
    lanes: 1,
    setsPerRound: 200,
    rounds: 9,
    atLeast: 0.45,
  }),
  concurrent: againstBareLoop({
    name: 'concurrent',
    title: 'one process, 64 sets at once',
    lanes: 64,
    setsPerRound: 64 * 50,
    rounds: 7,
    atLeast: 10,
  }),
  contended,
  curve,
  reads,
  rivals,
};

const verify: Suite = { verification };

/** From the file first: what is held in memory afterwards is not its doing. */
const check: Suite = { file: fromFile, recorded, growth };

const suites: Readonly<Record<string, Suite>> = {
  store,
  verify,
  check,
  explore: { executions, simulations: inSimulation },
  endure: { endurance, sizes, crowd },
};

/** What a target must have to be measured by a suite. */
export function subjectOfSuite(suite: string): Subject {
  return suite === 'verify' ? 'tokens' : 'credentials';
}

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
