import type { Surveyed, SurveyedSearch } from '../core/field.js';
import { lostOf } from '../core/lost.js';
import type { Counts } from '../core/report.js';
import { tornInPart } from './programs.js';
import { table } from './table.js';

const header = [
  'program',
  'acknowledged',
  'refused',
  'lost',
  'removals undone',
  'there before',
  'the reader saw it',
  'overlaps',
  'verdict',
];

/**
 * The survey as a table, those that lose most of what they acknowledge first, and below it why others are not in it.
 * @param isAll whether those are named that could not be run
 */
export function fieldTable(surveyed: readonly Surveyed[], isAll = true): string {
  const tried = surveyed
    .flatMap(({ report, search }) => (report ? { ...report, search } : []))
    .sort((a, b) => shareOf(b.counts) - shareOf(a.counts));
  const isSearched = tried.some(({ search }) => search !== undefined);
  const rows = tried.map(({ target, result, counts, search }) => [
    target,
    String(counts.acknowledged),
    String(counts.failed + counts.unknown),
    String(lostOf(counts)),
    String(counts.resurrected),
    String(counts.seedsLost),
    seenAs(counts),
    String(counts.overlaps),
    ...(isSearched ? [searchedAs(search)] : []),
    result === 'unknown' ? 'inconclusive' : result,
  ]);
  const others = surveyed.filter(({ report }) => report === undefined);
  return [
    ...(rows.length > 0
      ? [table(isSearched ? header.toSpliced(-1, 0, 'schedules that fail') : header, rows)]
      : []),
    ...surveyed.flatMap(({ name, search }) =>
      search && 'why' in search ? `${name}: not searched, ${search.why}` : [],
    ),
    ...(isAll ? others.map(({ name, why }) => `${name}: not tried, ${why}`) : []),
  ].join('\n\n');
}

/** The share of what was acknowledged that is not there. */
function shareOf(counts: Counts): number {
  return counts.acknowledged === 0 ? 0 : lostOf(counts) / counts.acknowledged;
}

/** `3 of 11`: all that there are with at most one preemption, or so many as the time was enough for. */
function searchedAs(search: SurveyedSearch | undefined): string {
  if (!search || 'why' in search) return '';
  const { executions, failed, exhausted } = search;
  return `${failed} of ${executions}${exhausted ? '' : ', not all'}`;
}

function seenAs(counts: Counts): string {
  const parts = [
    [counts.empty, 'empty'],
    [counts.missing, 'missing'],
    [tornInPart(counts), 'in part'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${word} ${count}x`)
    .join(', ');
}
