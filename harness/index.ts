export { type BenchOptions, bench } from './bench/bench.js';
export type * from './bench/result.js';
export { benchToTerminal } from './bench/terminal.js';
export { type CheckOptions, formats, modelNames } from './check/check-file.js';
export { checkFiles } from './check/check-files.js';
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
export { NothingMatchedError, UsageError } from './core/usage-error.js';
export { confirmBare } from './explore/confirm-bare.js';
export { type ExplainedLoss, explainLoss } from './explore/explain-loss.js';
export type * from './explore/exploration.js';
export { type ExploreOptions, explore, type ReplayOptions, replaySchedule } from './explore/explore.js';
export { fromScenario } from './explore/from-scenario.js';
export { toRegressionTest } from './explore/regression-test.js';
export { toExploreReport } from './explore/report.js';
export { loadSchedule, saveSchedule } from './explore/schedule-files.js';
export { type StrategyName, strategies } from './explore/strategies/index.js';
export { explorationToTerminal, replayedToTerminal } from './explore/terminal.js';
export { writeExploreReport } from './explore/write-report.js';
export { faults } from './faults/index.js';
export * from './judge.js';
export { toMarkdown } from './report/markdown.js';
export { modelsToText } from './report/models.js';
export { progressReporter } from './report/progress.js';
export { describeRuns, toTerminal } from './report/terminal.js';
export { judgeHistory } from './stress/judge-history.js';
export type { StressOptions } from './stress/options.js';
export { readRuns } from './stress/recorder.js';
export { findScenarios, loadScenarios } from './stress/registry.js';
export { stress } from './stress/stress.js';
export { targets } from './targets/index.js';
export { profiles } from './workload/generator.js';
