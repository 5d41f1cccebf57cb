import type { Action } from '../schedule/action.js';

/** Two steps by their places in the failing execution: it fails because the second comes before the first. */
export interface CriticalPair {
  late: number;
  early: number;
}

/** True if an execution along this schedule fails in the same way. */
export type Fails = (schedule: readonly Action[]) => boolean;

/**
 * Finds two steps whose order decides. At a place where one client gives way to another, the first is let go on step by step
 * until the failure is gone: its last step was the one that came too late. Then the second is held back
 * step by step: the first of its steps without which there is no failure came too early.
 *
 * @param actions all steps of the failing execution
 */
export function findCriticalPair(actions: readonly Action[], fails: Fails): CriticalPair | undefined {
  const isSwitch = (index: number) => {
    const [before, after] = [actions[index - 1], actions[index]];
    return before !== undefined && after?.do === 'run' && before.client !== after.client;
  };
  for (let at = actions.length - 1; at > 0; at--) {
    if (!isSwitch(at)) continue;
    const found = pairAt(actions, at, fails);
    if (found) return found;
  }
  return undefined;
}

function pairAt(actions: readonly Action[], at: number, fails: Fails): CriticalPair | undefined {
  const [first, second] = [actions[at - 1]?.client, actions[at]?.client];
  const own = [...actions.keys()].filter((index) => index >= at && actions[index]?.client === first);
  const late = own.findIndex((_, count) => !fails(moved(actions, own.slice(0, count + 1), at)));
  const lateStep = own[late];
  if (lateStep === undefined) return undefined;
  // With all but that one it fails: now only what the other did in between is in question.
  const before = own.slice(0, late);
  const others = [...actions.keys()].filter(
    (index) => index >= at && index < lateStep && actions[index]?.client === second,
  );
  for (const [count, early] of others.entries()) {
    const held = others.slice(count + 1);
    const schedule = [
      ...actions.slice(0, at),
      ...before.map((index) => actions[index] as Action),
      ...actions.filter(
        (_, index) => index >= at && index < lateStep && !before.includes(index) && !held.includes(index),
      ),
      actions[lateStep] as Action,
    ];
    if (fails(schedule)) return { late: lateStep, early };
  }
  return undefined;
}

/** The same, with some steps brought forward to a place. */
function moved(actions: readonly Action[], steps: readonly number[], at: number): Action[] {
  const rest = actions.filter((_, index) => index >= at && !steps.includes(index));
  return [...actions.slice(0, at), ...steps.map((index) => actions[index] as Action), ...rest];
}
