import type { Report } from '../../core/report.js';
import { escapeHtml } from '../escape.js';
import { casesOf, type TestCase } from './cases.js';

/**
 * A run as JUnit XML, as Jenkins, GitLab, Azure and others read it: a suite for each target, a case for each scenario and each
 * planted bug. A violation is a failure, what is inconclusive is an error, as neither may pass.
 */
export function toJUnit(report: Report): string {
  const cases = casesOf(report);
  const suites = grouped(cases);
  const seconds = (report.durationMs / 1000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="holdfast" ${countsOf(cases)} time="${seconds}">`,
    ...[...suites].flatMap(([name, own]) => [
      `  <testsuite name="${attribute(name)}" ${countsOf(own)} skipped="0">`,
      `    <properties><property name="seed" value="${report.seed}"/></properties>`,
      ...own.flatMap(caseLines),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ].join('\n');
}

function grouped(cases: readonly TestCase[]): Map<string, TestCase[]> {
  const groups = new Map<string, TestCase[]>();
  for (const one of cases) groups.set(one.suite, [...(groups.get(one.suite) ?? []), one]);
  return groups;
}

function countsOf(cases: readonly TestCase[]): string {
  const failures = cases.filter(({ outcome }) => outcome === 'failed').length;
  const errors = cases.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'error').length;
  return `tests="${cases.length}" failures="${failures}" errors="${errors}"`;
}

function caseLines({ name, suite, outcome, message, details }: TestCase): string[] {
  const open = `    <testcase name="${attribute(name)}" classname="${attribute(suite)}"`;
  if (outcome === 'passed') {
    return details.length === 0
      ? [`${open}/>`]
      : [`${open}>`, `      <system-out>${text(details.join('\n'))}</system-out>`, '    </testcase>'];
  }
  const tag = outcome === 'failed' ? 'failure' : 'error';
  return [
    `${open}>`,
    `      <${tag} type="${outcome}" message="${attribute(message)}">${text(details.join('\n'))}</${tag}>`,
    '    </testcase>',
  ];
}

/** XML 1.0 has no place for most control characters, not even escaped. */
function text(value: string): string {
  return escapeHtml(value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd'));
}

/** A line break in an attribute would be read as a space. */
function attribute(value: string): string {
  return text(value).replaceAll('\n', '&#10;').replaceAll('\r', '&#13;').replaceAll('\t', '&#9;');
}
