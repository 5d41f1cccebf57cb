import { UsageError } from '../../src/cli/usage-error.js';
import type { Subject } from '../core/scenario.js';
import type { TargetSpec } from '../core/target.js';
import { knownTarget, type Probed } from '../history/evidence.js';
import type { Clusters } from './clusters.js';
import { meaninglessFor } from './meaning.js';
import type { FilledOptions } from './plan/options.js';
import type { PlannedRun } from './plan/plan.js';
import { probeTarget } from './probe-target.js';

/** What is known of the targets of a run: of those that ship as controls, from the beginning. */
export class Probes {
  private readonly known = new Map<string, Probed>();

  private constructor(private readonly clusters: Clusters) {}

  /** Tries each target with each subject on each runtime, once. @throws UsageError if one can't be put to a test */
  static async make(
    { runs, targets, runtimes, signal, targetMs }: FilledOptions,
    clusters: Clusters,
    directory: string,
  ) {
    const probes = new Probes(clusters);
    for (const target of targets) {
      const subjects = runs
        .filter((run) => run.target === target)
        .map(({ scenario: { subject = 'credentials' } }) => subject);
      for (const subject of new Set(subjects)) {
        for (const runtime of runtimes.turns) {
          if (signal.aborted) return probes;
          probes.add(
            target,
            subject,
            await probeTarget(clusters.at(target), directory, { signal, runtime, subject, targetMs }),
          );
        }
      }
    }
    return probes;
  }

  of({ target, scenario: { subject = 'credentials' }, mustFind }: PlannedRun): Probed {
    const cluster = this.clusters.of(target);
    // A planted bug changes nothing of what a probe finds out: it is that of the store without it.
    const module = cluster ? target.module : target.label;
    if (mustFind && !cluster) return knownTarget;
    const known = this.known.get(`${subject} ${module}`) ?? knownTarget;
    return cluster ? { ...known, cluster } : known;
  }

  /** On different runtimes, what holds on all of them. */
  private add(target: TargetSpec, subject: Subject, probed: Probed): void {
    const key = `${subject} ${this.clusters.of(target) ? target.module : target.label}`;
    const other = this.known.get(key) ?? probed;
    this.known.set(key, {
      evidence: other.evidence.of === 'file' ? probed.evidence : other.evidence,
      isWhole: other.isWhole && probed.isWhole,
      showsCommits: other.showsCommits && probed.showsCommits,
      arrivesLate: other.arrivesLate || probed.arrivesLate || false,
      regularTokens: other.regularTokens || probed.regularTokens || false,
      openMs: Math.max(other.openMs, probed.openMs),
      own: [...new Set([...other.own, ...probed.own])],
      ...(probed.program === undefined ? {} : { program: probed.program }),
    });
  }
}

/**
 * The runs that mean something on their targets. One of several shards may have none.
 * @throws UsageError if none does
 */
export function meaningful({ runs, replan, leftOut, shard }: FilledOptions, probes: Probes) {
  const reasons = new Map<string, string>();
  for (const run of runs) {
    const why = run.mustFind ? undefined : meaninglessFor(run, probes.of(run));
    if (why !== undefined) reasons.set(pairOf(run), why);
  }
  if (reasons.size === 0) return { runs, leftOut };
  const left = runs.filter((run) => !run.mustFind && !reasons.has(pairOf(run)));
  const skipped = [...reasons].map(([pair, why]) => `${pair}: ${why}`);
  if (left.length === 0 && shard.of === 1)
    throw new UsageError(
      `no scenario is left that means something: ${skipped[0]}`,
      'name others by --scenario',
    );
  return { runs: replan((one) => !reasons.has(pairOf(one))), leftOut: [...leftOut, ...skipped] };
}

function pairOf({ scenario, target }: Pick<PlannedRun, 'scenario' | 'target'>): string {
  return `${scenario.name} on ${target.label}`;
}
