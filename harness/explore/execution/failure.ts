import { judge } from '../../checkers/index.js';
import type { Finding, Guarantee } from '../../core/verdict.js';
import { toRun } from '../../history/run.js';
import type { Executed } from './executed.js';

/** What can be wrong with an execution: what its history shows, that it has no end, or that all slept where they need not. */
export interface Failure {
  /** A kind of finding, or `deadlock`, `livelock`, `stuck`, `idle`. */
  kind: string;
  /** No end in sight breaks the bounded wait. */
  guarantee: Guarantee;
  sentence: string;
  finding?: Finding;
}

/** Judged by the checkers that judge every run. @returns undefined for an execution that is as it should be */
export function failureOf(executed: Executed): Failure | undefined {
  const { ending, events, idle, reason = '' } = executed;
  if (ending === 'abandoned') return undefined;
  if (ending === 'deadlock')
    return { kind: ending, guarantee: 'G7', sentence: `nobody can go on: ${reason}` };
  if (ending === 'livelock')
    return { kind: ending, guarantee: 'G7', sentence: `there is no end to it: ${reason}` };
  if (ending === 'stuck') return { kind: ending, guarantee: 'G7', sentence: reason };
  const [finding] = judge(toRun(events)).findings;
  if (!finding) return idle === undefined ? undefined : { kind: 'idle', guarantee: 'G7', sentence: idle };
  const { kind, guarantee, sentence } = finding;
  return { kind, guarantee, sentence: inSteps(sentence), finding };
}

/** Time is the number of steps here: step n is at n milliseconds. */
function inSteps(sentence: string): string {
  return sentence.replaceAll(/\b(\d+)\.\d{3} ms/g, 'T$1');
}

/** A fingerprint of what the clients observed: two searches with the same outcomes have seen the same. */
export function outcomeOf({ ending, events }: Executed): string {
  const { operations, final } = toRun(events);
  const results = operations
    .map(({ id, outcome, result, error }) => `${id} ${outcome} ${JSON.stringify(result)} ${error ?? ''}`)
    .sort();
  return JSON.stringify([ending, results, final?.broken ?? sorted(final?.entries), final?.leftovers]);
}

function sorted(entries: Record<string, string> = {}): [string, string][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
