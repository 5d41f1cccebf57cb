import { labelOf } from '../core/label.js';
import type { Counts, JudgedRun, Violation } from '../core/report.js';
import type { FindingKind } from '../core/verdict.js';

/** Violations that are counted as one: the count, the kinds that it has, and how one of them and several are called. The worst first. */
const grouped: readonly { name: keyof Counts; kinds: readonly FindingKind[]; one: string; many: string }[] = [
  { name: 'linksFollowed', kinds: ['followed-link'], one: 'followed link', many: 'followed links' },
  { name: 'disclosed', kinds: ['disclosed'], one: 'disclosure', many: 'disclosures' },
  { name: 'lost', kinds: ['lost-update'], one: 'lost update', many: 'lost updates' },
  { name: 'seedsLost', kinds: ['lost-seed', 'dropped-unknown'], one: 'lost seed', many: 'lost seeds' },
  { name: 'resurrected', kinds: ['resurrection'], one: 'resurrection', many: 'resurrections' },
  { name: 'torn', kinds: ['torn-read', 'torn-file'], one: 'torn read', many: 'torn reads' },
  { name: 'garbage', kinds: ['garbage-read'], one: 'garbage read', many: 'garbage reads' },
  { name: 'stale', kinds: ['stale-read'], one: 'stale read', many: 'stale reads' },
  { name: 'contradictions', kinds: ['contradiction'], one: 'contradiction', many: 'contradictions' },
  { name: 'looseModes', kinds: ['loose-mode'], one: 'loose mode', many: 'loose modes' },
  { name: 'leftovers', kinds: ['leftover'], one: 'leftover', many: 'leftovers' },
  { name: 'loggedOut', kinds: ['logged-out'], one: 'logout', many: 'logouts' },
  {
    name: 'refreshedTwice',
    kinds: ['token-reused', 'needless-refresh'],
    one: 'refresh too many',
    many: 'refreshes too many',
  },
  { name: 'linksReplaced', kinds: ['replaced-link'], one: 'replaced link', many: 'replaced links' },
  { name: 'unusable', kinds: ['unusable'], one: 'unusable program', many: 'unusable programs' },
  { name: 'hung', kinds: ['hung'], one: 'hung call', many: 'hung calls' },
  { name: 'starved', kinds: ['starved'], one: 'starved call', many: 'starved calls' },
  { name: 'crashed', kinds: ['crashed'], one: 'crashed client', many: 'crashed clients' },
];

/** The counts that are violations, the worst first. */
export const violationCounts: readonly (keyof Counts)[] = grouped.map(({ name }) => name);

/** All violations of one kind, wherever in a run they were found. */
export interface Group {
  count: number;
  /** `3 lost updates`. */
  what: string;
  guarantees: string[];
  /** The scenarios in which there is one, those with most of them first. */
  places: { label: string; count: number }[];
  /** The first of them that a report has, and where. */
  first: { violation: Violation; run: JudgedRun } | undefined;
}

/** How many violations there are in all, shown or not. A report of an older version may lack a count. */
export function violationsIn(counts: Counts): number {
  return grouped.reduce((sum, { name }) => sum + (counts[name] ?? 0), 0);
}

/** Groups the violations of a run by what went wrong, the worst first: a hundred losses are seldom a hundred bugs. */
export function groupViolations(runs: readonly JudgedRun[]): Group[] {
  return grouped.flatMap(({ name, kinds, one, many }) => {
    // A report of an older version may lack a count.
    const affected = runs.filter(({ counts }) => (counts[name] ?? 0) > 0);
    if (affected.length === 0) return [];
    const places = affected
      .map((run) => ({ label: labelOf(run), count: run.counts[name] }))
      .sort((a, b) => b.count - a.count);
    const found = affected.flatMap((run) =>
      run.violations.filter(({ kind }) => kinds.includes(kind)).map((violation) => ({ violation, run })),
    );
    const count = places.reduce((sum, place) => sum + place.count, 0);
    const guarantees = [...new Set(found.map(({ violation }) => violation.guarantee))].sort();
    return [{ count, what: `${count} ${count === 1 ? one : many}`, guarantees, places, first: found[0] }];
  });
}
