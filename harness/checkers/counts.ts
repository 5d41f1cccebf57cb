import type { Counts } from '../core/report.js';
import type { Finding, FindingKind } from '../core/verdict.js';
import type { FaultKind } from '../history/events.js';
import type { Run } from '../history/run.js';
import { foreignLosses } from './lost-update/foreign-losses.js';
import { isMutation } from './lost-update/registers.js';
import { countOverlaps } from './overlap-pairs.js';

export function count(run: Run, findings: readonly Finding[]): Counts {
  const { operations, faults, files, tokens } = run;
  const found = (...kinds: FindingKind[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const injected = (kind: FaultKind) =>
    faults.filter(({ fault, phase }) => fault === kind && phase === 'begin').length;
  const ours = operations.filter(({ foreign }) => !foreign);
  return {
    acknowledged: ours.filter((operation) => operation.outcome === 'ok' && isMutation(operation)).length,
    reads: ours
      .filter((operation) => operation.outcome === 'ok' && !isMutation(operation))
      .reduce((sum, { times }) => sum + times, 0),
    failed: ours.filter(({ outcome }) => outcome === 'fail').length,
    unknown: ours.filter((operation) => operation.outcome === 'unknown' && isMutation(operation)).length,
    lost: found('lost-update'),
    stale: found('stale-read'),
    resurrected: found('resurrection'),
    garbage: found('garbage-read'),
    contradictions: found('contradiction'),
    torn: found('torn-read', 'torn-file'),
    seedsLost: found('lost-seed', 'dropped-unknown'),
    looseModes: found('loose-mode'),
    leftovers: found('leftover'),
    linksReplaced: found('replaced-link'),
    linksFollowed: found('followed-link'),
    disclosed: found('disclosed'),
    refreshedTwice: found('token-reused', 'needless-refresh'),
    loggedOut: found('logged-out'),
    hung: found('hung'),
    starved: found('starved'),
    crashed: found('crashed'),
    kills: injected('kill'),
    pauses: injected('pause'),
    corruptions: injected('corrupt'),
    plants: injected('plant'),
    foreignWrites: operations.filter(({ foreign, outcome }) => foreign && outcome === 'ok').length,
    staleRewrites: injected('stale-rewrite'),
    misreads: injected('misread'),
    ...foreignLosses(run),
    refreshes: tokens.filter(({ granted }) => granted).length,
    versions: files.filter(({ broken }) => broken === null).length,
    overlaps: countOverlaps(operations),
    unusable: found('unusable'),
    empty: files.filter(({ broken }) => broken === 'it is empty').length,
    missing: files.filter(({ broken }) => broken === 'it is missing').length,
  };
}
