import { labelOf } from '../core/label.js';
import type { JudgedRun, Report } from '../core/report.js';

/** The verdict of a run as every output says it: one that was reached by necessary conditions, in part, says so. */
export function verdictOf(run: Pick<JudgedRun, 'result' | 'checks'>): string {
  return run.result === 'valid' && isInexact(run) ? 'valid, not exact' : run.result;
}

/** The same for all runs together. */
export function verdictOfAll({ result, scenarios }: Pick<Report, 'result' | 'scenarios'>): string {
  return result === 'valid' && scenarios.some(isInexact) ? 'valid, not exact' : result;
}

/** True where silence is less than a proof. */
export function isInexact({ checks }: Pick<JudgedRun, 'checks'>): boolean {
  return Object.values(checks).some((check) => check?.exact === false);
}

/** What was not checked exactly, a line for each guarantee. */
export function inexactLines(run: JudgedRun): string[] {
  return Object.entries(run.checks)
    .filter(([, check]) => check?.exact === false)
    .map(([name, check]) => `${labelOf(run)}: ${name} valid, but less than exact: ${check?.summary}.`);
}
