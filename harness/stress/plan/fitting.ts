import { UsageError } from '../../../src/cli/usage-error.js';
import type { RuntimeChoice } from '../../core/runtime.js';
import { type ProfileName, type Scenario, type Subject, subjectOf } from '../../core/scenario.js';
import type { TargetSpec } from '../../core/target.js';
import { isMemberFault } from '../../history/member-faults.js';
import { bringsCluster, hasTokens } from '../../targets/index.js';
import { findOnPath } from '../../targets/program/find.js';

/** What the user wants it to be run with. */
export interface Wishes {
  runtime: RuntimeChoice;
  targets: readonly TargetSpec[];
  clients: Partial<Record<ProfileName, number>> | undefined;
  /** Has the user asked for just these scenarios? Then one that can't be run is a mistake, and not left out. */
  isNamed: boolean;
}

/** @returns the scenarios that can be run so, and those that can't, each with the reason */
export function fitting(
  scenarios: readonly Scenario[],
  wishes: Wishes,
): { scenarios: Scenario[]; leftOut: string[] } {
  const fit: Scenario[] = [];
  const leftOut: string[] = [];
  for (const scenario of scenarios) {
    const obstacle = obstacleTo(scenario, wishes);
    if (!obstacle) fit.push(scenario);
    else if (wishes.isNamed)
      throw new UsageError(`scenario "${scenario.name}": ${obstacle.why}`, obstacle.hint);
    else leftOut.push(`${scenario.name}: ${obstacle.why}`);
  }
  return { scenarios: fit, leftOut };
}

/** A fault at a commit can be armed in clients on Node only; in a mixed run, the others are spared it. */
export function needsNode({ faults = [] }: Scenario): boolean {
  return faults.some(({ kind }) => kind === 'pause');
}

/** True for a scenario in which members of a cluster are struck. */
export function strikes({ faults = [] }: Scenario): boolean {
  return faults.some(({ kind }) => isMemberFault(kind));
}

/** True for one that means something on a cluster alone: its members are struck, or the way to them is bad. */
export function needsCluster(scenario: Scenario): boolean {
  return strikes(scenario) || scenario.conditions !== undefined;
}

/** What the clients that the user names have to do with; where there are none, the scenario's own have. */
export function subjectOfAll(clients: Partial<Record<ProfileName, number>>): Subject {
  const [first = 'tui'] = Object.keys(clients) as ProfileName[];
  return subjectOf(first);
}

function obstacleTo(
  scenario: Scenario,
  { runtime, targets, clients, isNamed }: Wishes,
): { why: string; hint: string } | undefined {
  const { subject = 'credentials', needs } = scenario;
  if (needs !== undefined && !findOnPath(needs))
    return { why: `${needs} is not on the PATH`, hint: 'install it, or leave this scenario out' };
  if (needs !== undefined && !isNamed) return { why: `it runs ${needs} itself`, hint: 'name the scenario' };
  if (runtime !== 'node' && runtime !== 'mixed' && needsNode(scenario)) {
    return {
      why: `a client on ${runtime} can't be stopped right before its commit`,
      hint: 'give --runtime node or mixed',
    };
  }
  if (clients && subjectOfAll(clients) !== subject) {
    const clientsOfIt = subject === 'tokens' ? 'issuer=2,verifier=2' : 'tui=2';
    return {
      why: `it is about ${subject}, and the clients are not`,
      hint: `give --clients ${clientsOfIt}, for instance`,
    };
  }
  // What a module on disk has is unknown before it is loaded: a user who names the scenario knows.
  const without = targets.find((target) => !hasTokens(target));
  if (subject === 'tokens' && without && !isNamed) {
    return { why: `"${without.label}" is not known to have tokens`, hint: 'name the scenario' };
  }
  const alone = targets.find((target) => !bringsCluster(target));
  if (needsCluster(scenario) && alone && !isNamed) {
    return { why: `"${alone.label}" is not known to be on a cluster`, hint: 'name the scenario' };
  }
  return undefined;
}
