import { violationsMax } from '../core/report.js';
import type { Finding, FindingKind } from '../core/verdict.js';

/** As many as a report names. A kind with hundreds leaves room for one that was seen once. The order stays. */
export function someOfEachKind(findings: readonly Finding[]): Finding[] {
  const counts = new Map<FindingKind, number>();
  const ranked = findings.map((finding, at) => {
    const rank = counts.get(finding.kind) ?? 0;
    counts.set(finding.kind, rank + 1);
    return { finding, at, rank };
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || a.at - b.at)
    .slice(0, violationsMax)
    .sort((a, b) => a.at - b.at)
    .map(({ finding }) => finding);
}
