import { expect, it } from 'vitest';
import type { Surveyed, SurveyedSearch } from '../core/field.js';
import type { ScenarioReport } from '../core/report.js';
import { fieldTable } from './field.js';

const surveyed = (name: string, lost: number, search?: SurveyedSearch): Surveyed => ({
  name,
  title: name,
  report: {
    target: name,
    result: lost > 0 ? 'invalid' : 'valid',
    counts: { acknowledged: 10, failed: 0, unknown: 0, lost, seedsLost: 0, resurrected: 0, overlaps: 3 },
  } as ScenarioReport,
  ...(search ? { search } : {}),
});

/** The last cells but one of each row, by its first. */
const cells = (table: string) =>
  table.split('\n').flatMap((line) => {
    const [, name, ...rest] = line.split('|').map((cell) => cell.trim());
    return name ? [[name, rest.at(-3)]] : [];
  });

it('a survey with searches says how many schedules of each program fail, and whether that is all of them', () => {
  const table = fieldTable([
    surveyed('careful', 0, { executions: 8, failed: 0, exhausted: true }),
    surveyed('careless', 5, { executions: 12, failed: 8, exhausted: false }),
    surveyed('odd', 1, { why: 'it is a server' }),
  ]);
  expect(Object.fromEntries(cells(table))).toMatchObject({
    program: 'schedules that fail',
    careful: '0 of 8',
    careless: '8 of 12, not all',
    odd: '',
  });
  expect(table).toContain('odd: not searched, it is a server');
});

it('a survey without searches has no such column', () => {
  expect(fieldTable([surveyed('careful', 0)])).not.toContain('schedules');
});
