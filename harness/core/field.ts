import type { ScenarioReport } from './report.js';

/** What a survey found of one program. */
export interface Surveyed {
  name: string;
  title: string;
  /** Undefined for a program that could not be run here. */
  report?: ScenarioReport;
  /** Why it could not. */
  why?: string;
}
