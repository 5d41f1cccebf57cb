import type { Fault, ProfileName } from '../core/scenario.js';
import type { Probed } from '../history/evidence.js';
import { isMemberFault } from '../history/member-faults.js';
import type { PlannedRun } from './plan/plan.js';

/**
 * Does the scenario still mean something on this target? One that rests on a layout which the target does not have would find
 * nothing, or would blame the store for what the harness has done to it.
 * @returns why it does not, or undefined
 */
export function meaninglessFor(
  {
    scenario: { faults = [], conditions, place, oauth, umask, clients: cast },
    clients,
    target,
  }: Pick<PlannedRun, 'scenario' | 'clients'> & {
    target?: PlannedRun['target'];
  },
  { evidence, isWhole, showsCommits, own, cluster }: Probed,
): string | undefined {
  for (const { kind } of faults) {
    if (!isMemberFault(kind)) continue;
    if (!cluster) return 'it strikes members of a cluster, and this target is on none';
    if (cluster.cannot[kind] !== undefined) return `it needs ${kind}, and ${cluster.cannot[kind]}`;
  }
  if (conditions && !cluster) return 'it makes the way to a cluster bad, and this target is on none';
  const unknown = Object.keys(conditions ?? {}).find((name) => !cluster?.conditions?.includes(name));
  if (unknown !== undefined) return `it needs the option ${unknown}, which this target does not know`;
  const has = (kind: Fault['kind']) => faults.some((fault) => fault.kind === kind);
  const isOfFile = evidence.of === 'file';
  const { program } = target ?? {};
  if (program && hasForeign(cast))
    return "a foreign program rewrites the file as JSON, and this file is another program's";
  if (program && oauth) return 'it refreshes credentials, and a program has no command for that';
  if (program && has('plant')) return 'it puts links under the names of a store that promises to follow none';
  if (program?.serve && has('kill')) return 'it kills clients, and here they are no more than requests';
  if (program && has('pause'))
    return 'it stops a client right before its commit, and in a program of others there is no such point';
  if (program?.seed !== undefined && place === 'dangling')
    return 'the file does not exist yet, and this program begins with one';
  if (hasForeign(clients) && !isOfFile)
    return 'a foreign program rewrites the file as JSON, which is not how this target keeps its entries';
  // A damaged JSON object is no JSON object; of other formats the harness can't tell damage from an edit.
  if (has('corrupt') && !isOfFile)
    return 'it damages the file, and in this format damage looks like an edit, and so does its repair';
  if (place !== undefined && !isWhole)
    return 'it reaches the file by links, and the entries of this target are not in that file alone';
  if (has('plant') && !isWhole)
    return "it puts links under the names beside the file, and there this target's entries may be";
  if (umask !== undefined && !isWhole && own.length === 0)
    return 'it looks at the modes of files, and this target leaves none';
  if (has('pause') && !showsCommits)
    return 'it stops a client right before a rename onto the file or a write of it, and this target makes none by its path';
  return undefined;
}

/** Programs that rewrite the file themselves. */
function hasForeign({ rogue, agent, opencode }: Partial<Record<ProfileName, number>>): boolean {
  return Boolean(rogue || agent || opencode);
}
