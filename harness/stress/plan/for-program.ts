import type { ProfileName, Scenario, Workload } from '../../core/scenario.js';
import type { Probed } from '../../history/evidence.js';
import type { Program } from '../../programs/specification.js';
import type { PlannedRun } from './plan.js';

/** What is run on a program where the user names no scenario. */
export const scenarioOfPrograms = 'two-terminals';

/** As many as two cores keep busy, and more than two, for a race needs one who comes between. */
export const clientsOfProgram = 4;

/** Keys that a program which can only remove begins with, for each client. */
const removable = 40;

/** Shares of what a program can do, where the user names no scenario that says. */
const mix = { set: 10, remove: 3, all: 1 };

/**
 * Who does what to a program: all clients are alike, each runs one command after another. What it has no command for is
 * left out.
 */
export function forProgram(
  { workload = {}, name }: Scenario,
  { set, remove }: Program,
): { clients: Partial<Record<ProfileName, number>>; workload: Partial<Workload> } {
  const wanted = name === scenarioOfPrograms ? mix : (workload.mix ?? mix);
  const possible = Object.entries(wanted).filter(
    ([action]) => (action !== 'set' || set) && (action !== 'remove' || remove) && action !== 'refresh',
  );
  const keys = set ? {} : { ownKeys: removable, sharedKeys: 0 };
  return {
    clients: { tui: clientsOfProgram },
    workload: { ...workload, ...keys, mix: Object.fromEntries(possible) },
  };
}

const operationsOfEach = { least: 10, most: 500 };

/**
 * A run on a program whose length the user leaves open. Each client runs as many commands as fit alone into the time, and a
 * quick program is through before it is over. A slow one gets the time that ten commands of each client take, for a race of two
 * or three proves nothing.
 */
export function sizedFor({ program }: Probed, run: PlannedRun): PlannedRun {
  if (!program) return run;
  const { least, most } = operationsOfEach;
  const { workload, workMs } = run;
  const changeMs = Math.max(1, program.changeMs);
  const operationsMax = Math.min(most, Math.max(least, Math.floor(workMs / changeMs)));
  const clients = Object.values(run.clients).reduce((sum, count) => sum + count, 0);
  const leastMs = least * changeMs * Math.max(1, clients / 2);
  return {
    ...run,
    workload: { ...workload, operationsMax },
    workMs: Math.round(Math.max(workMs, leastMs)),
  };
}

/** Neither of two operations that did not overlap can have undone the other. */
export const overlapsMin = 20;

/**
 * What must have happened for a run on a program to count: scenarios ask for hundreds of operations, and some programs need
 * ten seconds for one.
 */
export function leastOfProgram(
  { atLeast }: Scenario,
  { program }: Probed,
  workMs: number,
): Record<string, number> {
  const kills = atLeast.kills === undefined ? {} : { kills: Math.min(atLeast.kills, 3) };
  const alone = workMs / Math.max(1, program?.changeMs ?? 1);
  const acknowledged = Math.max(4, Math.min(atLeast.acknowledged ?? 60, Math.floor(alone / 2)));
  return { acknowledged, overlaps: overlapsMin, ...kills };
}
