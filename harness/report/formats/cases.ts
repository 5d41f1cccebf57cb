import { suffixOf } from '../../core/label.js';
import type { ControlReport, Report, ScenarioReport } from '../../core/report.js';
import { verdictOf } from '../verdict.js';

/** One run of a report as a test case: what the formats of others know. */
export interface TestCase {
  /** The scenario, and of a control what it is for. */
  name: string;
  /** `stress`, `controls`, and the target. */
  suite: string;
  /** `inconclusive` has proved nothing, and `error` is the harness's own. */
  outcome: 'passed' | 'failed' | 'inconclusive' | 'error';
  /** What went wrong, or what is less than exact: a line. */
  message: string;
  /** All that is said of it, one line a check, and how to run it again. */
  details: string[];
}

/** The runs of a report as test cases, the planted bugs first. */
export function casesOf(report: Report): TestCase[] {
  const cases = [...report.controls.map(controlCase), ...report.scenarios.map(scenarioCase)];
  const isPassed = cases.every(({ outcome }) => outcome === 'passed');
  return isPassed && report.result !== 'valid' ? [...cases, wholeCase(report)] : cases;
}

/** What was left out has no run, and neither has what an interrupt has prevented: readers of the cases alone would take the rest for all. */
function wholeCase({ result, leftOut = [] }: Report): TestCase {
  const isInterrupted = result === 'interrupted';
  return {
    name: 'the whole run',
    suite: 'stress',
    outcome: 'inconclusive',
    message: isInterrupted ? 'it was interrupted' : (leftOut[0] ?? 'not all of it was run'),
    details: leftOut.map((reason) => `left out: ${reason}`),
  };
}

function controlCase(control: ControlReport): TestCase {
  const { scenario, target, mustFind, found } = control;
  return {
    name: `${scenario}: the planted bug is found`,
    suite: `controls.${target}`,
    outcome: found ? 'passed' : 'error',
    message: found ? '' : `the harness is blind: ${mustFind} must not be 0`,
    details: found ? [] : [`Run it again: ${control.reproduce}`],
  };
}

function scenarioCase(run: ScenarioReport): TestCase {
  const { scenario, target, result, checks, violations, reproduce } = run;
  const told = Object.entries(checks).filter(
    ([, check]) => check?.result !== 'valid' || check.exact === false,
  );
  const details = told.map(([name, check]) => `${name} ${check?.result}: ${check?.summary ?? ''}`);
  const [violation] = violations;
  const outcome = result === 'valid' ? 'passed' : result === 'invalid' ? 'failed' : 'inconclusive';
  const message =
    violation === undefined
      ? (details[0] ?? '')
      : `${violation.kind} (${violation.guarantee}): ${violation.sentence}`;
  return {
    name: `${scenario}${suffixOf(run)}`,
    suite: `stress.${target}`,
    outcome,
    message: outcome === 'passed' && message !== '' ? `${verdictOf(run)}: ${message}` : message,
    details: outcome === 'passed' ? details : [...details, `Run it again: ${reproduce}`],
  };
}
