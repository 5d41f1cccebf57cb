/** Judges a run: a pure function of its history, so an old run can be judged again by newer checkers. */

import type { Check, Judgement } from '../core/report.js';
import { type Finding, type Guarantee, worstOf } from '../core/verdict.js';
import { isStoreAlone, ofFile } from '../history/evidence.js';
import type { Run } from '../history/run.js';
import { count } from './counts.js';
import { checkCoverage } from './coverage.js';
import { checkInPlace } from './in-place.js';
import { measureLatency } from './latency.js';
import { checkLinearizability } from './lost-update/linearizability.js';
import { checkOneRefresh } from './one-refresh.js';
import { checkPrivacy } from './privacy.js';
import { checkProgress } from './progress.js';
import { checkSeeds } from './seeds.js';
import { checkStarvation } from './starvation.js';
import { byGravity, summarize } from './summary.js';
import { checkSurroundings } from './surroundings.js';
import { checkTorn } from './torn.js';

interface Checker {
  guarantees: readonly Guarantee[];
  /** `scope` says what has been checked, where that depends on the run, and `isExact` whether silence about it is a proof. */
  check: (run: Run) => Finding[] | { findings: Finding[]; scope: string; isExact: boolean };
  /** True if a violation may show only in the final state. */
  needsFinal: boolean;
  /** What has been looked at, where that is less than the guarantee says. */
  scope?: (run: Run) => string | undefined;
  /** Those of its guarantees of which this run says nothing. Default: none. */
  withoutIn?: (run: Run) => readonly Guarantee[];
  /** False if the run had nothing that the guarantee is about: then nothing is said of it. Default: every run has. */
  concerns?: (run: Run) => boolean;
}

const checkers: readonly Checker[] = [
  { guarantees: ['G1'], check: checkTorn, needsFinal: false, scope: scopeOfTorn },
  { guarantees: ['G2', 'G3', 'G8'], check: checkLinearizability, needsFinal: true },
  {
    guarantees: ['G4', 'G5'],
    check: checkSeeds,
    needsFinal: true,
    // Where there is no file that another program could write, there are no entries of an unknown kind.
    withoutIn: ({ header: { evidence = ofFile } }) => (evidence.of === 'file' ? [] : ['G5']),
  },
  { guarantees: ['G6'], check: checkPrivacy, needsFinal: true },
  {
    guarantees: ['G7'],
    check: (run) => [...checkProgress(run), ...checkStarvation(run)],
    needsFinal: true,
  },
  { guarantees: ['G9'], check: checkInPlace, needsFinal: true, concerns: ({ links }) => links.length > 0 },
  {
    guarantees: ['G10'],
    check: checkOneRefresh,
    needsFinal: true,
    concerns: ({ tokens }) => tokens.length > 0,
  },
  {
    guarantees: ['G11'],
    check: checkSurroundings,
    needsFinal: true,
    concerns: ({ canary }) => canary !== undefined,
  },
];

function scopeOfTorn({ header }: Run): string | undefined {
  return isStoreAlone(header) ? 'through the store only: the file itself was not looked at' : undefined;
}

/** Runs every checker on one run. Does not throw: a checker that does has proved nothing. */
export function judge(run: Run): Judgement {
  const concerned = checkers.filter(({ concerns = () => true }) => concerns(run));
  const judged = concerned.map((checker) => apply(checker, run));
  const findings = judged.flatMap((one) => one.findings).sort(byGravity);
  const counts = count(run, findings);

  const checks: Judgement['checks'] = Object.assign({}, ...judged.map((one) => one.checks));
  checks.coverage = checkCoverage(counts, run.header.atLeast);
  const result = worstOf(Object.values(checks).map((check) => check.result));
  return { result, checks, counts, latencyMs: measureLatency(run), findings };
}

function apply(
  { guarantees, check, needsFinal, scope: scopeOf, withoutIn }: Checker,
  run: Run,
): Pick<Judgement, 'checks' | 'findings'> {
  const without = withoutIn?.(run) ?? [];
  const said = guarantees.filter((guarantee) => !without.includes(guarantee));
  const forAll = (verdict: (guarantee: Guarantee) => Check) =>
    Object.fromEntries(said.map((guarantee) => [guarantee, verdict(guarantee)]));
  try {
    const found = check(run);
    const { findings, scope, isExact } = Array.isArray(found)
      ? { findings: found, scope: undefined, isExact: true }
      : found;
    const checks = forAll((guarantee) => {
      const own = findings.filter((finding) => finding.guarantee === guarantee).sort(byGravity);
      if (own.length > 0) return { result: 'invalid', summary: summarize(own) };
      if (needsFinal && !run.final) {
        return { result: 'unknown', summary: 'the run was interrupted before its final state was read' };
      }
      const summary = (guarantee === 'G2' ? scope : undefined) || scopeOf?.(run);
      const isLess = guarantee === 'G2' && !isExact;
      return { result: 'valid', ...(summary ? { summary } : {}), ...(isLess ? { exact: false } : {}) };
    });
    return { checks, findings };
  } catch (error) {
    const summary = `the checker failed: ${error instanceof Error ? error.message : String(error)}`;
    return { checks: forAll(() => ({ result: 'unknown', summary })), findings: [] };
  }
}
