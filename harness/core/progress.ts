import type { ScenarioReport } from './report.js';

/** How far the whole command is. */
export interface Whole {
  /** From 0. */
  position: number;
  of: number;
  elapsedMs: number;
  durationMs: number;
}

/** The progress events of a run. */
export type Progress =
  /** What is to be known before the first run. */
  | { type: 'note'; text: string }
  /** `out` is the directory of the whole command, where its files are. */
  | { type: 'begin'; label: string; isControl: boolean; position: number; of: number; out: string }
  | {
      type: 'work';
      label: string;
      elapsedMs: number;
      workMs: number;
      acknowledged: number;
      faults: number;
      whole: Whole;
    }
  | { type: 'judge'; label: string; events: number; whole: Whole }
  | { type: 'end'; label: string; isControl: boolean; report: ScenarioReport };
