import type { Report } from '../../core/report.js';
import { casesOf, type TestCase } from './cases.js';

/** A run in the Test Anything Protocol, version 14: a test point for each run, with a YAML block where it is not ok. */
export function toTap(report: Report): string {
  const cases = casesOf(report);
  const aborted = report.result === 'interrupted' ? ['Bail out! interrupted'] : [];
  return [
    'TAP version 14',
    `1..${cases.length}`,
    `# seed ${report.seed}`,
    ...cases.flatMap((one, at) => pointLines(one, at + 1)),
    ...aborted,
  ].join('\n');
}

function pointLines({ name, suite, outcome, message, details }: TestCase, number: number): string[] {
  const point = `${outcome === 'passed' ? 'ok' : 'not ok'} ${number} - ${escapeDescription(`${suite}: ${name}`)}`;
  if (message === '' && details.length === 0) return [point];
  // JSON is YAML, and quotes whatever a program under test has put into it.
  return [
    point,
    '  ---',
    `  outcome: ${JSON.stringify(outcome)}`,
    `  message: ${JSON.stringify(message)}`,
    `  details: ${JSON.stringify(details)}`,
    '  ...',
  ];
}

/** A `#` begins a directive: `# SKIP` in a name would make a failure pass. */
function escapeDescription(text: string): string {
  return text.replace(/[\\#]/g, (character) => `\\${character}`).replace(/[\r\n]+/g, ' ');
}
