/**
 * The judging side by itself: pure functions of a history, with no clock, no file and no process. For histories of any object,
 *
 *     import { checkLinearizable, models } from 'holdfast/judge';
 *
 *     const { verdict, contradiction } = checkLinearizable(models.register, [
 *       { id: 'w', process: 'a', input: { write: 1 }, output: true, begin: 0, end: 1, happened: 'yes' },
 *       { id: 'r', process: 'b', input: { read: true }, output: null, begin: 2, end: 3, happened: 'yes' },
 *     ]); // invalid: after w there is no place for r
 *
 * and for those of a credential store `judge(toRun(events))`, with all its guarantees.
 *
 * @module holdfast/judge
 */

export { judge } from './checkers/index.js';
export { RegisterStream, type StreamVerdict } from './checkers/stream/register-stream.js';
export type { Judgement } from './core/report.js';
export {
  type Finding,
  type FindingKind,
  type FindingLine,
  type FindingVersions,
  type Guarantee,
  type Mechanism,
  type Stuck,
  type Verdict,
  worstOf,
} from './core/verdict.js';
export type * from './history/events.js';
export { type Operation, type Outcome, type Run, toRun } from './history/run.js';
export {
  type Call,
  type Contradiction,
  checkLinearizable,
  type Effect,
  type Linearizability,
  type LinearizabilityOptions,
  type Model,
  type RegisterView,
} from './linearizable/index.js';
export * as models from './linearizable/models/index.js';
