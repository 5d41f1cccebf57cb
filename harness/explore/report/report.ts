import type { Environment } from '../../core/report.js';
import { type Guarantee, type Verdict, worstOf } from '../../core/verdict.js';
import type { Exploration } from '../evidence/exploration.js';
import type { ExecutorName } from '../search/explore-options.js';

/** One search in a `report.json`, with the fields that one run of stress has there. */
export interface ExplorationReport {
  scenario: string;
  target: string;
  executor: ExecutorName;
  seed: number;
  /** The id of the first failing schedule. */
  schedule: string | null;
  result: Verdict;
  checks: Partial<Record<Guarantee, { result: Verdict; summary?: string }>>;
  counts: { executions: number; steps: number; abandoned: number; outcomes: number; failures: number };
  /** Time is virtual here: there is nothing to measure. */
  latencyMs: Record<string, never>;
  reproduce: string;
  exploration: Exploration;
}

/** What `explore` writes to `report.json`. */
export interface ExploreReport {
  schema: 1;
  result: Verdict;
  seed: number;
  durationMs: number;
  scenarios: ExplorationReport[];
  /** Reports of older versions have none. */
  environment?: Environment;
  /** As typed, with what may be a secret in it masked. Absent where it was called by a program. */
  command?: string;
}

/**
 * Makes the report of several searches.
 *
 * @param explorations each with the name of its scenario, and the command that searches again
 * @param recorded on what they were made, and by which command
 */
export function toExploreReport(
  explorations: readonly { scenario: string; exploration: Exploration; reproduce: string }[],
  recorded: Pick<ExploreReport, 'environment' | 'command'> = {},
): ExploreReport {
  const scenarios = explorations.map(({ scenario, exploration, reproduce }): ExplorationReport => {
    const { target, seed, result, failures, executions, steps, abandoned, outcomes } = exploration;
    const broken = failures.map(
      ({ guarantee, sentence, unconfirmed }) =>
        [
          guarantee,
          {
            result: unconfirmed?.isExplained ? 'unknown' : 'invalid',
            summary: unconfirmed ? `unconfirmed: ${sentence}` : sentence,
          },
        ] as const,
    );
    return {
      scenario,
      target,
      executor: exploration.executor,
      seed,
      schedule: failures[0]?.id ?? null,
      result,
      checks: Object.fromEntries(broken.toReversed()),
      latencyMs: {},
      reproduce,
      exploration,
      counts: { executions, steps, abandoned, outcomes, failures: failures.length },
    };
  });
  return {
    schema: 1,
    result: worstOf(scenarios.map(({ result }) => result)),
    seed: scenarios[0]?.seed ?? 0,
    durationMs: explorations.reduce((sum, { exploration }) => sum + exploration.durationMs, 0),
    scenarios,
    ...recorded,
  };
}
