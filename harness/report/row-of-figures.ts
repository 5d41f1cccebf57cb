import { lostOf } from '../core/lost.js';
import type { JudgedRun } from '../core/report.js';
import { faultsOf } from './faults.js';

type Measured = Pick<JudgedRun, 'target' | 'runtime' | 'counts' | 'latencyMs'>;

/** What is counted and measured of one run, or of several together: the last columns of each table of scenarios. */
export const figureNames = ['lost', 'torn', 'operations', 'p50 ms', 'p99 ms', 'faults'];

/** The cells below `figureNames`. */
export function figuresOf({ counts, latencyMs }: Measured): string[] {
  return [
    String(lostOf(counts)),
    String(counts.torn),
    String(counts.acknowledged + counts.reads + counts.failed + counts.unknown),
    latencyMs.set?.p50.toFixed(2) ?? '',
    latencyMs.set?.p99.toFixed(2) ?? '',
    faultsOf(counts),
  ];
}

/** The target, and what it was run on where that is not Node. */
export function targetOf({ target, runtime }: Measured): string {
  return runtime === 'node' ? target : `${target} (${runtime})`;
}
