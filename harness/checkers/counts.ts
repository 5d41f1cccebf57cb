import type { Counts } from '../core/report.js';
import type { Finding, FindingKind } from '../core/verdict.js';
import type { FaultKind } from '../history/events.js';
import type { Run } from '../history/run.js';
import { foreignLosses } from './lost-update/foreign-losses.js';
import { isMutation } from './lost-update/registers.js';
import { countMembers } from './member-counts.js';
import { countOverlaps } from './overlap-pairs.js';

export function count(run: Run, findings: readonly Finding[]): Counts {
  const { operations, faults, files, tokens } = run;
  const found = (...kinds: FindingKind[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const injected = (kind: FaultKind) =>
    faults.filter(({ fault, phase }) => fault === kind && phase === 'begin').length;
  return {
    ...countOperations(operations),
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
    ...countMembers(run),
    staleRewrites: injected('stale-rewrite'),
    misreads: injected('misread'),
    ...foreignLosses(run),
    refreshes: tokens.filter(({ granted }) => granted).length,
    ...countContents(files),
    overlaps: countOverlaps(operations),
    unusable: found('unusable'),
  };
}

/** In one pass each: there may be millions. */
function countOperations(operations: Run['operations']) {
  const counts = { acknowledged: 0, reads: 0, failed: 0, unknown: 0, foreignWrites: 0 };
  for (const operation of operations) {
    const { outcome, foreign, times } = operation;
    if (foreign) {
      if (outcome === 'ok') counts.foreignWrites++;
    } else if (outcome === 'fail') counts.failed++;
    else if (!isMutation(operation)) counts.reads += outcome === 'ok' ? times : 0;
    else if (outcome === 'ok') counts.acknowledged++;
    else counts.unknown++;
  }
  return counts;
}

function countContents(files: Run['files']) {
  const counts = { versions: 0, empty: 0, missing: 0 };
  for (const { broken } of files) {
    if (broken === null) counts.versions++;
    else if (broken === 'it is empty') counts.empty++;
    else if (broken === 'it is missing') counts.missing++;
  }
  return counts;
}
