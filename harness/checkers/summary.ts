import type { Finding, FindingKind } from '../core/verdict.js';
import { counted } from '../history/words.js';

/** Each kind with its noun, the worst first. */
const nouns: Record<FindingKind, string> = {
  'followed-link': 'followed link',
  disclosed: 'disclosure',
  'lost-update': 'lost update',
  'lost-seed': 'lost seed',
  resurrection: 'resurrection',
  'torn-read': 'torn read',
  'torn-file': 'torn file',
  'dropped-unknown': 'dropped foreign seed',
  'garbage-read': 'garbage read',
  'stale-read': 'stale read',
  contradiction: 'contradiction',
  'loose-mode': 'loose mode',
  leftover: 'leftover',
  'logged-out': 'logout',
  'token-reused': 'reused token',
  'needless-refresh': 'needless refresh',
  'replaced-link': 'replaced link',
  unusable: 'program that does not work any more',
  hung: 'hung call',
  starved: 'starved call',
  crashed: 'crashed client',
};

const kinds = Object.keys(nouns) as FindingKind[];

/** Orders findings: the worst kinds first, then by time. */
export function byGravity(a: Finding, b: Finding): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.from - b.from;
}

/** One line: `3 lost updates, 1 stale read, first: ...`. The findings must be in order. */
export function summarize(findings: readonly Finding[]): string {
  const parts = kinds.flatMap((kind) => {
    const count = findings.filter((finding) => finding.kind === kind).length;
    return count > 0 ? counted(count, nouns[kind]) : [];
  });
  return `${parts.join(', ')}, first: ${findings[0]?.sentence}`;
}
