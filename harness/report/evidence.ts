import type { JudgedRun } from '../core/report.js';
import { evidenceLine } from '../history/evidence.js';

/** A line for each target whose file is no evidence, and why. */
export function evidenceLines(runs: readonly Pick<JudgedRun, 'target' | 'evidence'>[]): string[] {
  const lines = runs.map(({ target, evidence }) => evidence && evidenceLine(target, evidence));
  return [...new Set(lines)].filter((line) => line !== undefined);
}
