/**
 * The harness as a library: races real processes on a store, searches interleavings, and judges histories.
 *
 * @module holdfast/harness
 */

export { NothingMatchedError, UsageError } from '../src/cli/usage-error.js';
export { type BenchOptions, bench } from './bench/bench.js';
export { type Comparison, compareReports, type Difference } from './bench/compare.js';
export { curvesToSvg } from './bench/curve-svg.js';
export type * from './bench/result.js';
export { benchToTerminal, comparisonToTerminal } from './bench/terminal.js';
export { type CheckOptions, formats, modelNames } from './check/check-file.js';
export { checkFiles } from './check/check-files.js';
export { findAgain, judgeReportAgain } from './check/find-again.js';
export { judgeHistory } from './check/judge-history.js';
export { type Config, defineConfig } from './core/config.js';
export type { Surveyed, SurveyedSearch } from './core/field.js';
export { readFindings } from './core/findings.js';
export type * from './core/model-report.js';
export type { Progress } from './core/progress.js';
export type * from './core/report.js';
export { type RuntimeChoice, type RuntimeName, runtimeChoices } from './core/runtime.js';
export {
  defineScenario,
  type Fault,
  type ProfileName,
  profileNames,
  type Scenario,
  type Workload,
} from './core/scenario.js';
export type { Store, TargetModule, TargetOptions } from './core/target.js';
export { worstOf } from './core/verdict.js';
export { confirmBare } from './explore/evidence/confirm-bare.js';
export type * from './explore/evidence/exploration.js';
export { type ExplainedLoss, explainLoss } from './explore/explain-loss.js';
export {
  type ExecutorName,
  type ExploreOptions,
  explore,
  type ReplayOptions,
  replaySchedule,
} from './explore/explore.js';
export { fromScenario } from './explore/from-scenario.js';
export { areSearches, mergeSearches } from './explore/report/merge-parts.js';
export { type AskedSearch, beginSearchPart } from './explore/report/part-file.js';
export { toRegressionTest } from './explore/report/regression-test.js';
export { toExploreReport } from './explore/report/report.js';
export { loadSchedule, saveSchedule } from './explore/report/schedule-files.js';
export { explorationToTerminal, replayedToTerminal } from './explore/report/terminal.js';
export { writeExploreReport } from './explore/report/write-report.js';
export { type StrategyName, strategies } from './explore/search/index.js';
export { faults } from './faults/index.js';
export { readEvents, readRuns } from './history/read.js';
export * from './judge.js';
export { toFlags } from './programs/flags.js';
export type { Specification } from './programs/specification.js';
export {
  type Baseline,
  type BaselineComparison,
  type BaselineRow,
  baselineOf,
  boundsDefault,
  type ComparedReport,
  compareWithBaseline,
  type Ratios,
  type Regression,
  whyBusy,
} from './report/baseline.js';
export { fieldTable } from './report/field.js';
export { toGithubAnnotations } from './report/formats/github.js';
export { toJUnit } from './report/formats/junit.js';
export { toTap } from './report/formats/tap.js';
export { Trace, type TraceEvent } from './report/formats/trace.js';
export { LiveRun } from './report/live/live-run.js';
export { toMarkdown } from './report/markdown.js';
export { modelsToText } from './report/models.js';
export { toPage } from './report/page/to-page.js';
export { progressReporter } from './report/progress.js';
export { describeRuns, type Telling, toTerminal } from './report/terminal.js';
export { environmentNow } from './stress/environment.js';
export { type FieldOptions, field } from './stress/field.js';
export { type PlanEntry, planOf, type StressOptions } from './stress/plan/options.js';
export { findScenarios, loadScenarios } from './stress/plan/registry.js';
export { type Shard, seedOf } from './stress/plan/units.js';
export { type MergeOptions, merge } from './stress/shards/merge.js';
export { stress } from './stress/stress.js';
export { targets } from './targets/index.js';
export { namedSpecification, shippedPrograms } from './targets/program/find.js';
export { profiles } from './workload/generator.js';
