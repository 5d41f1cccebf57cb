import { worstOf } from '../../core/verdict.js';
import type { Exploration, ExploredFailure } from '../evidence/exploration.js';
import { byGrade } from '../execution/gravity.js';
import { addLosses } from '../search/power-losses.js';
import { onePerKind } from './one-per-kind.js';

/** What a part has found, and whether it came to its end. */
export interface DonePart {
  exploration: Exploration;
  isDone: boolean;
}

/**
 * What one search would have found that had made the executions of all its parts.
 * @param parts in their order, at least one
 * @param of how many there should be
 */
export function mergeExplorations(parts: readonly DonePart[], of: number): Exploration {
  // One that had nothing to do has proved nothing, and was not to.
  const busy = parts.filter(
    ({ exploration: { executions, cause } }) => executions > 0 || cause !== undefined,
  );
  const all = (busy.length > 0 ? busy : parts).map(({ exploration }) => exploration);
  const first = all[0] as Exploration;
  const sum = (pick: (one: Exploration) => number) => all.reduce((total, one) => total + pick(one), 0);
  const failures: ExploredFailure[] = onePerKind(all.flatMap((one) => one.failures)).sort(byGrade);
  const lacking = whatLacks(parts, of);
  const untrusted = all.find(({ cause }) => cause !== undefined);
  const hasFailed = failures.some(({ unconfirmed }) => !unconfirmed?.isExplained);
  const verdict = worstOf(all.map(({ result }) => result));
  const executions = sum((one) => one.executions);
  const durationMs = Math.max(...all.map((one) => one.durationMs));
  const { shard: _, outcomeHashes: __, corpus: ___, cause, reason, ...common } = first;
  const merged: Exploration = {
    ...common,
    result: hasFailed ? 'invalid' : lacking === undefined ? verdict : worstOf([verdict, 'unknown']),
    executions,
    failed: sum((one) => one.failed),
    abandoned: sum((one) => one.abandoned),
    steps: sum((one) => one.steps),
    stepsMax: Math.max(...all.map(({ stepsMax }) => stepsMax)),
    exhausted: lacking === undefined && all.every(({ exhausted }) => exhausted),
    bound: lacking === undefined ? first.bound : `${first.bound}; ${lacking}`,
    audited: all.every(({ audited }) => audited),
    outcomes: new Set(all.flatMap(({ outcomeHashes = [] }) => outcomeHashes)).size,
    longestWait: all.map(({ longestWait }) => longestWait).reduce((a, b) => (b.ms > a.ms ? b : a)),
    durationMs,
    executionsPerSecond: Math.round((executions / Math.max(1, durationMs)) * 1000),
    failures,
  };
  const losses = addLosses(all.flatMap((one) => one.losses ?? []));
  if (losses) merged.losses = losses;
  if (untrusted?.cause !== undefined) {
    merged.cause = untrusted.cause;
    merged.reason = untrusted.reason ?? '';
  }
  return merged;
}

/** @returns undefined where every part is there, and came to its end */
function whatLacks(parts: readonly DonePart[], of: number): string | undefined {
  const missing = of - parts.length;
  const cut = parts.filter(({ isDone }) => !isDone).length;
  const words = [
    ...(missing > 0 ? [`${missing} of ${of} parts missing`] : []),
    ...(cut > 0 ? [`${cut} of ${of} parts interrupted`] : []),
  ];
  return words.length > 0 ? words.join(', ') : undefined;
}
