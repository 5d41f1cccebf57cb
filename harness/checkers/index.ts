/** Judges a run: a pure function of its history, so an old run can be judged again by newer checkers. */

import type { Check, Judgement } from '../core/report.js';
import { type Finding, type Guarantee, worstOf } from '../core/verdict.js';
import { isStoreAlone, ofFile } from '../history/evidence.js';
import type { Run } from '../history/run.js';
import { count } from './counts.js';
import { checkCoverage } from './coverage.js';
import { withCutFiles } from './cut-files.js';
import { checkInPlace } from './in-place.js';
import { measureElapsed, measureLatency } from './latency.js';
import { checkLinearizability } from './lost-update/linearizability.js';
import { notesOf } from './notes.js';
import { checkOneRefresh } from './one-refresh.js';
import { checkPrivacy } from './privacy.js';
import { checkProgress } from './progress.js';
import { withoutEarlyRefusals } from './regular-tokens.js';
import { checkSeeds } from './seeds.js';
import { checkStarvation } from './starvation.js';
import { byGravity, summarize } from './summary.js';
import { checkSurroundings } from './surroundings.js';
import { checkTorn } from './torn.js';
import { checkUsable } from './usable.js';

interface Checker {
  /** Those of which the run has anything to say; of the others nothing is said. */
  guarantees: (run: Run) => readonly Guarantee[];
  check: (run: Run, rest: () => void) => Checked;
  /** True if a violation may show only in the final state. */
  needsFinal: boolean;
}

interface Checked {
  findings: Finding[];
  /** What silence means, by guarantee. Default: that all of it has been looked at, exactly. */
  scopes?: Partial<Record<Guarantee, Scope>>;
}

interface Scope {
  /** What has been looked at. */
  summary: string;
  /** Whether silence about it is a proof. */
  isExact: boolean;
}

const checkers: readonly Checker[] = [
  { guarantees: always('G1'), check: tornIn, needsFinal: false },
  { guarantees: always('G2', 'G3', 'G8'), check: linearizabilityOf, needsFinal: true },
  {
    // Where there is no file that another program could write, there are no entries of an unknown kind.
    guarantees: ({ header: { evidence = ofFile } }) => (evidence.of === 'file' ? ['G4', 'G5'] : ['G4']),
    check: (run) => ({ findings: checkSeeds(run) }),
    needsFinal: true,
  },
  { guarantees: always('G6'), check: privacyOf, needsFinal: true },
  {
    guarantees: always('G7'),
    check: (run) => ({
      findings: [...checkProgress(run), ...checkStarvation(run), ...checkUsable(run)],
    }),
    needsFinal: true,
  },
  {
    guarantees: ({ links }) => (links.length > 0 ? ['G9'] : []),
    check: (run) => ({ findings: checkInPlace(run) }),
    needsFinal: true,
  },
  {
    guarantees: ({ tokens }) => (tokens.length > 0 ? ['G10'] : []),
    check: (run) => ({ findings: checkOneRefresh(run) }),
    needsFinal: true,
  },
  {
    guarantees: ({ canary }) => (canary === undefined ? [] : ['G11']),
    check: (run) => ({ findings: checkSurroundings(run) }),
    needsFinal: true,
  },
];

function always(...guarantees: Guarantee[]): () => readonly Guarantee[] {
  return () => guarantees;
}

function tornIn(run: Run): Checked {
  const findings = checkTorn(run);
  if (!isStoreAlone(run.header)) return { findings };
  const summary = 'through the store only: the file itself was not looked at';
  return { findings, scopes: { G1: { summary, isExact: true } } };
}

/** A program of others has promised neither modes nor a tidy directory. */
function privacyOf(run: Run): Checked {
  const findings = checkPrivacy(run);
  const { program } = run.header;
  if (program === undefined || program.isPrivate) return { findings };
  const summary = 'modes were not looked at: that is what --private is for';
  return { findings, scopes: { G6: { summary, isExact: true } } };
}

function linearizabilityOf(run: Run, rest: () => void): Checked {
  const { run: judged, leftOut } = withoutEarlyRefusals(run);
  const { findings, scope, isExact } = checkLinearizability(judged, rest);
  const early =
    leftOut === 0 ? '' : `; ${leftOut} of the refusals came while a deletion was under way, and are left out`;
  return { findings, scopes: { G2: { summary: `${scope}${early}`, isExact } } };
}

/**
 * Runs every checker on one run. Does not throw: a checker that does has proved nothing.
 * @param rest called where much of what was made is needed no more
 */
export function judge(recorded: Run, rest: () => void = () => {}): Judgement {
  const run = withCutFiles(recorded);
  const judged = checkers.map((checker) => {
    const one = apply(checker, run, rest);
    rest();
    return one;
  });
  const findings = judged.flatMap((one) => one.findings).sort(byGravity);
  const counts = count(run, findings);

  const checks: Judgement['checks'] = Object.assign({}, ...judged.map((one) => one.checks));
  const latencyMs = measureLatency(run);
  checks.coverage = checkCoverage(counts, run.header.atLeast, (latencyMs.set ?? latencyMs.remove)?.p50);
  const result = worstOf(Object.values(checks).map((check) => check.result));
  const notes = notesOf(run, counts);
  const measured = { latencyMs, elapsedMs: measureElapsed(run) };
  return { result, checks, counts, ...measured, ...(notes.length > 0 ? { notes } : {}), findings };
}

function apply(
  { guarantees: guaranteesIn, check, needsFinal }: Checker,
  run: Run,
  rest: () => void,
): Pick<Judgement, 'checks' | 'findings'> {
  const guarantees = guaranteesIn(run);
  if (guarantees.length === 0) return { checks: {}, findings: [] };
  const forAll = (verdict: (guarantee: Guarantee) => Check) =>
    Object.fromEntries(guarantees.map((guarantee) => [guarantee, verdict(guarantee)]));
  try {
    const { findings, scopes = {} } = check(run, rest);
    const checks = forAll((guarantee) => {
      const own = findings.filter((finding) => finding.guarantee === guarantee).sort(byGravity);
      if (own.length > 0) return { result: 'invalid', summary: summarize(own) };
      if (needsFinal && !run.final) {
        return { result: 'unknown', summary: 'the run was interrupted before its final state was read' };
      }
      const { summary, isExact = true } = scopes[guarantee] ?? {};
      return { result: 'valid', ...(summary ? { summary } : {}), ...(isExact ? {} : { exact: false }) };
    });
    return { checks, findings };
  } catch (error) {
    const summary = `the checker failed: ${error instanceof Error ? error.message : String(error)}`;
    return { checks: forAll(() => ({ result: 'unknown', summary })), findings: [] };
  }
}
