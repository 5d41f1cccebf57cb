import type { ComparedReport, Regression } from '../baseline.js';
import { casesOf, type TestCase } from './cases.js';

/** GitHub shows ten annotations of a kind for each step, and no more. */
const annotationsMax = 10;

/**
 * Workflow commands that GitHub Actions turns into annotations: an error for what failed, or is worse than in the baseline, a warning for what proves nothing, and a
 * notice for what is less than exact. Each stands on a line of its own, and nothing in it can begin another.
 */
export function toGithubAnnotations(report: ComparedReport): string[] {
  const cases = casesOf(report);
  const failed = cases.filter(({ outcome }) => outcome === 'failed' || outcome === 'error');
  const inconclusive = cases.filter(({ outcome }) => outcome === 'inconclusive');
  const inexact = cases.filter(({ outcome, message }) => outcome === 'passed' && message !== '');
  const errors = [...failed, ...(report.comparison?.regressions ?? []).map(caseOf)];
  return [
    ...errors.slice(0, annotationsMax).map((one) => annotation('error', one)),
    ...inconclusive.slice(0, annotationsMax).map((one) => annotation('warning', one)),
    ...inexact.slice(0, annotationsMax).map((one) => annotation('notice', one)),
  ];
}

function caseOf({ scenario, target, kind, sentence }: Regression): TestCase {
  const message = `worse than in the baseline (${kind}): ${sentence}`;
  return { name: scenario, suite: `stress.${target}`, outcome: 'failed', message, details: [] };
}

function annotation(
  level: 'error' | 'warning' | 'notice',
  { name, suite, message, details }: TestCase,
): string {
  const again = details.find((line) => line.startsWith('Run it again: '));
  const told = again === undefined ? message : `${message}\n${again}`;
  return `::${level} title=${escapeProperty(`holdfast ${suite}: ${name}`)}::${escapeData(told)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
