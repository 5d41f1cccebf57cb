import type { ScenarioReport } from './report.js';

/** What a run tells whoever watches it. */
export type Progress =
  | { type: 'begin'; label: string; isControl: boolean; position: number; of: number }
  | { type: 'work'; label: string; elapsedMs: number; workMs: number; acknowledged: number; faults: number }
  | { type: 'end'; label: string; isControl: boolean; report: ScenarioReport };
