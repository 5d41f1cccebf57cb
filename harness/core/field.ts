import type { ScenarioReport } from './report.js';

/** What a survey found of one program. */
export interface Surveyed {
  name: string;
  title: string;
  /** Undefined for a program that could not be run here. */
  report?: ScenarioReport;
  /** Why it could not. */
  why?: string;
  /** What came of the search of its interleavings, where one was asked for. */
  search?: SurveyedSearch;
}

/** How many schedules of two processes of a program break a guarantee. */
export type SurveyedSearch =
  | {
      executions: number;
      failed: number;
      /** True only if every one with at most one preemption was tried. */
      exhausted: boolean;
    }
  /** Why it was not searched. */
  | { why: string };
