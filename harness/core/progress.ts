import type { ScenarioReport } from './report.js';

/** The progress events of a run. */
export type Progress =
  | { type: 'begin'; label: string; isControl: boolean; position: number; of: number }
  | { type: 'work'; label: string; elapsedMs: number; workMs: number; acknowledged: number; faults: number }
  | { type: 'end'; label: string; isControl: boolean; report: ScenarioReport };
