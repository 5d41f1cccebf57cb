import { existsSync } from 'node:fs';
import path from 'node:path';
import { readFindings } from '../../../core/findings.js';
import type { JudgedRun, Violation } from '../../../core/report.js';
import type { Finding } from '../../../core/verdict.js';

/** A finding, and what the report says of the one content from which another was made. */
export type RecordedFinding = Finding & { lineage?: string };

/**
 * The judge's findings of one run, one by one: all of them where they lie beside the report, and otherwise those in it. None is the
 * page's own.
 */
export async function* findingsOf(run: JudgedRun, out: string): AsyncGenerator<RecordedFinding> {
  const { files, violations } = run;
  const place = files && path.join(out, path.basename(files.findings));
  if (files === undefined || place === undefined || !existsSync(place)) {
    yield* violations.map(fromViolation);
    return;
  }
  const described = new Map(violations.map((violation) => [nameOf(violation), violation]));
  for await (const finding of readFindings(place, files.run)) {
    const lineage = described.get(nameOf(finding))?.lineage;
    yield lineage === undefined ? finding : { ...finding, lineage };
  }
}

/** True where all findings are known, and not only those that the report shows. */
export function hasAllFindings({ files }: JudgedRun, out: string): boolean {
  return files !== undefined && existsSync(path.join(out, path.basename(files.findings)));
}

function nameOf({ kind, guarantee, key, operations, from }: RecordedFinding): string {
  return [kind, guarantee, key, operations[0], from].join(' ');
}

/** A report of an older version has, of what was read, only the judge's words: `based on v40`. */
function fromViolation(violation: Violation): RecordedFinding {
  const { blame, lineage } = violation;
  if (violation.versions !== undefined || blame === undefined) return violation;
  const [, base] = /based on v(\d+)/.exec(lineage ?? '') ?? [];
  return {
    ...violation,
    versions: {
      ...(blame.from === undefined ? {} : { seenIn: blame.from }),
      ...(blame.to === undefined ? {} : { goneIn: blame.to }),
      ...(base === undefined ? {} : { base: Number(base) }),
    },
  };
}
