import type { FaultKind } from '../core/history.js';
import type { Counts } from '../core/report.js';
import type { Run } from '../core/run.js';
import type { Finding, FindingKind } from '../core/verdict.js';

export function count({ operations, faults, files }: Run, findings: readonly Finding[]): Counts {
  const found = (...kinds: FindingKind[]) => findings.filter(({ kind }) => kinds.includes(kind)).length;
  const injected = (kind: FaultKind) =>
    faults.filter(({ fault, phase }) => fault === kind && phase === 'begin').length;
  const isWrite = (action: string) => action === 'set' || action === 'remove';
  const ours = operations.filter(({ foreign }) => !foreign);
  return {
    acknowledged: ours.filter(({ action, outcome }) => outcome === 'ok' && isWrite(action)).length,
    reads: ours.filter(({ action, outcome }) => outcome === 'ok' && !isWrite(action)).length,
    failed: ours.filter(({ outcome }) => outcome === 'fail').length,
    unknown: ours.filter(({ action, outcome }) => outcome === 'unknown' && isWrite(action)).length,
    lost: found('lost-update'),
    stale: found('stale-read'),
    resurrected: found('resurrection'),
    garbage: found('garbage-read'),
    torn: found('torn-read', 'torn-file'),
    seedsLost: found('lost-seed', 'dropped-unknown'),
    looseModes: found('loose-mode'),
    leftovers: found('leftover'),
    linksReplaced: found('replaced-link'),
    hung: found('hung'),
    crashed: found('crashed'),
    kills: injected('kill'),
    pauses: injected('pause'),
    corruptions: injected('corrupt'),
    foreignWrites: operations.filter(({ foreign, outcome }) => foreign && outcome === 'ok').length,
    staleRewrites: injected('stale-rewrite'),
    versions: files.filter(({ broken }) => broken === null).length,
  };
}
