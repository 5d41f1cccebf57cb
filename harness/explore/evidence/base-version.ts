import type { FileEvent } from '../../history/events.js';
import type { Step } from '../execution/executed.js';
import { opensFile } from '../protocol/act.js';
import { factsOf } from '../protocol/calls.js';

/** What a read of the file found: the content of the moment, or that of a file which another has replaced since it was opened. */
export interface Base {
  version: number;
  isReplaced: boolean;
}

/** Step n is at n milliseconds. */
export function stepOf({ time }: { time: number }): number {
  return Math.floor(time / 1e6);
}

/**
 * Which version of the file a read found. A descriptor keeps the file that it was opened on: once another has been renamed onto
 * the path, it reads what the path held before that.
 * @param index of a step that reads by a descriptor
 * @param versions in their order
 * @returns undefined if no version was seen by then, or the step reads another file
 */
export function baseOf(
  steps: readonly Step[],
  index: number,
  versions: readonly FileEvent[],
): Base | undefined {
  const read = steps[index];
  if (!read || !isRead(read)) return undefined;
  const opened = openOf(steps, index);
  if (opened < 0) return undefined;
  const replaced = steps.findIndex((step, at) => at > opened && at < index && replaces(step, read.path));
  const last = replaced < 0 ? index + 1 : replaced;
  const version = versions.findLast((one) => stepOf(one) <= last)?.version;
  return version === undefined ? undefined : { version, isReplaced: replaced >= 0 };
}

/** The step that opened what another reads; -1 if there is none. */
export function openOf(steps: readonly Step[], index: number): number {
  const read = steps[index];
  return steps.findLastIndex(
    ({ client, call, end }, at) =>
      at < index && client === read?.client && call && opensFile(call.call) && end?.fd === read?.call?.fd,
  );
}

/** True if it reads the shared file. */
export function isRead(step: Step): boolean {
  const { on, reads = [] } = (step.call && factsOf(step.call.call)) ?? {};
  return on === 'descriptor' && reads.includes('data') && isOnFile(step);
}

/** True if it is a call on the shared file. */
export function isOnFile({ path, to, isOnFile }: Step): boolean {
  return isOnFile ?? [path, to].some((place) => place?.endsWith('auth.json'));
}

/** Another file is at the path from then on, or none. */
function replaces({ call, path, to, end }: Step, place: string | undefined): boolean {
  if (!call || end?.errno !== undefined) return false;
  const { first, second } = factsOf(call.call) ?? {};
  const leaves = first === 'removes' || first === 'moves';
  return (leaves && path === place) || (second === 'replaces' && to === place);
}
