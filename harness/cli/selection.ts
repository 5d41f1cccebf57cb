import { existsSync, readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { NothingMatchedError } from '../../src/cli/usage-error.js';
import type { PlanEntry, Report, StressOptions } from '../index.js';

type Only = NonNullable<StressOptions['only']>;

const lastReport = 'reports/latest/report.json';

/** Reads a pattern for --grep; one without capitals means either case. */
export function parsePattern(text: string): RegExp {
  try {
    return new RegExp(text, /[A-Z]/.test(text) ? '' : 'i');
  } catch {
    throw new InvalidArgumentError(`Expected a regular expression; got "${text}".`);
  }
}

/** Picks scenarios by what is said of them: name, title, faults and @tags. */
export function matching(pattern: RegExp): Only {
  return ({ name, title, faults = [], tags = [] }) =>
    pattern.test([name, title, ...faults.map(({ kind }) => kind), ...tags.map((tag) => `@${tag}`)].join(' '));
}

/**
 * Picks what was not valid in the last run.
 * @param hasProgram whether a program is named: a report has no command that could be run again as it was
 * @throws NothingMatchedError if there is no last run, all of it was valid, or what was not was a program that is not named
 */
export function lastFailed(hasProgram: boolean): { only: Only; targets: string[]; scenarios: string[] } {
  if (!existsSync(lastReport))
    throw new NothingMatchedError(`there is no report at ${lastReport}`, 'run holdfast stress first');
  const { scenarios = [] } = JSON.parse(readFileSync(lastReport, 'utf8')) as Partial<Report>;
  const failed = scenarios.filter(({ result }) => result !== 'valid');
  if (failed.length === 0) throw new NothingMatchedError('the last run has nothing that failed');
  const [first] = failed;
  if (!hasProgram && first && failed.every(({ program }) => program !== undefined))
    throw new NothingMatchedError(
      `what failed in the last run is a program, ${first.target}`,
      'give the same --command with --last-failed',
    );
  return {
    // A program's name is followed by its version in a report.
    only: ({ name }, label) =>
      failed.some(
        ({ scenario, target }) => scenario === name && (target === label || target.startsWith(`${label} `)),
      ),
    targets: [...new Set(failed.flatMap(({ target, program }) => (program ? [] : [target])))],
    scenarios: [...new Set(failed.map(({ scenario }) => scenario))],
  };
}

/** Joins what picks scenarios: all must agree. */
export function both(picks: readonly (Only | undefined)[]): Only | undefined {
  const given = picks.filter((pick) => pick !== undefined);
  return given.length === 0 ? undefined : (scenario, target) => given.every((pick) => pick(scenario, target));
}

/** A plan as a table. */
export async function planToText(plan: readonly PlanEntry[]): Promise<string> {
  const [{ table }, { suffixOf }] = await Promise.all([
    import('../report/table.js'),
    import('../core/label.js'),
  ]);
  const rows = plan.map(({ scenario, target, repetition, isControl, workMs, clients, faults, tags }) => [
    isControl ? `${scenario} (planted bug)` : `${scenario}${suffixOf({ repetition })}`,
    target,
    (workMs / 1000).toFixed(1),
    Object.entries(clients)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name}=${count}`)
      .join(','),
    [...faults, ...tags.map((tag) => `@${tag}`)].join(', '),
  ]);
  return table(['scenario', 'target', 'seconds', 'clients', 'faults and tags'], rows);
}
