import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Report } from '../core/report.js';
import type { StressOptions } from '../stress/plan/options.js';
import { stress } from '../stress/stress.js';

/** Runs scenarios on targets in a test, as `stress` does, with a directory of its own for the report. */
export type StressInTest = (
  options?: Omit<StressOptions, 'out' | 'signal'>,
) => Promise<Report & { out: string }>;

/** What of a test's context it needs. */
export interface TestContextLike {
  signal: AbortSignal;
  task: { result?: { state?: string } | undefined };
  onTestFinished: (call: () => void) => void;
}

/**
 * The reports of a test are gone when it has passed, and stay when it has failed: its message says where. A test that is out of time
 * ends its processes.
 */
export function stressFor({ signal, task, onTestFinished }: TestContextLike): StressInTest {
  return (options = {}) => {
    const place = mkdtempSync(path.join(tmpdir(), 'holdfast-stress-'));
    onTestFinished(() => {
      if (task.result?.state !== 'fail') rmSync(place, { recursive: true, force: true });
    });
    return stress({ ...options, out: path.join(place, 'run'), signal });
  };
}
