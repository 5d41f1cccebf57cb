import type { FileEvent } from '../../history/events.js';
import type { Step } from '../execution/executed.js';
import type { Action } from '../schedule/action.js';
import { isOnFile, isRead, openOf, stepOf } from './base-version.js';
import type { CriticalPair, Fails } from './critical-pair.js';

/**
 * Finds the pair of steps that explains a lost update to a reader: the eraser opened the file before the victim was in it. A
 * search for any two steps whose order decides may return a pair on a file beside it, which explains nothing.
 * @param found what that search has found; it stays where both its steps are calls on the file itself
 * @returns steps by their places; the other pair only if the failure goes away when the eraser opens the file later
 */
export function toReadable(
  found: CriticalPair | undefined,
  steps: readonly Step[],
  versions: readonly FileEvent[],
  key: string | undefined,
  fails: Fails,
): CriticalPair | undefined {
  const isOnIt = (at: number) => steps[at] !== undefined && isOnFile(steps[at]);
  if (found && isOnIt(found.late) && isOnIt(found.early)) return found;
  const erasing = versions.find(({ removed }) => key !== undefined && removed.includes(key));
  const writing = versions.findLast(
    (one) => erasing && one.version < erasing.version && key !== undefined && Object.hasOwn(one.set, key),
  );
  if (!erasing || !writing) return found;
  const [erased, late] = [stepOf(erasing) - 1, stepOf(writing) - 1];
  const eraser = steps[erased]?.client;
  const read = steps.findLastIndex((one, at) => at < erased && one.client === eraser && isRead(one));
  const early = openOf(steps, read);
  if (early < 0 || early >= late || steps[late]?.client === eraser) return found;
  return fails(heldBack(steps, early, late)) ? found : { early, late };
}

/** The same schedule, but what that client does from one step on comes after the other step. */
function heldBack(steps: readonly Step[], from: number, after: number): Action[] {
  const isHeld = ({ client }: Step) => client === steps[from]?.client;
  const between = steps.slice(from, after + 1);
  return [
    ...steps.slice(0, from),
    ...between.filter((step) => !isHeld(step)),
    ...between.filter(isHeld),
    ...steps.slice(after + 1),
  ].map(({ action }) => action);
}
