import type { Cluster } from '../core/cluster.js';
import type { TargetOptions, TargetSpec } from '../core/target.js';
import { OneAtATime } from '../faults/members.js';
import { bringsCluster, loadTarget } from '../targets/index.js';
import { needsCluster } from './plan/fitting.js';
import type { PlannedRun } from './plan/plan.js';

/** The clusters of a command's targets, one for each module: a bug that is planted in a store is none of its members'. */
export class Clusters {
  private readonly started = new Map<string, { cluster: Cluster; members: OneAtATime }>();

  /** @throws UsageError where one can't be started */
  static async start(runs: readonly Pick<PlannedRun, 'target' | 'scenario'>[]): Promise<Clusters> {
    const clusters = new Clusters();
    try {
      for (const run of runs) if (mayHaveOne(run)) await clusters.add(run.target);
    } catch (error) {
      await clusters.close();
      throw error;
    }
    return clusters;
  }

  /** The target as its clients open it. @param conditions those of the scenario */
  at(target: TargetSpec, conditions: TargetOptions = {}): TargetSpec {
    const cluster = this.of(target);
    return cluster
      ? { ...target, options: { ...cluster.options, ...conditions, ...target.options } }
      : target;
  }

  of({ module, program }: TargetSpec): Cluster | undefined {
    return program ? undefined : this.started.get(module)?.cluster;
  }

  membersOf({ module }: TargetSpec): OneAtATime | undefined {
    return this.started.get(module)?.members;
  }

  async close(): Promise<void> {
    for (const { cluster } of this.started.values()) await cluster.close();
    this.started.clear();
  }

  private async add(target: TargetSpec): Promise<void> {
    if (this.started.has(target.module)) return;
    const cluster = await (await loadTarget(target)).cluster?.(target.options);
    if (cluster) this.started.set(target.module, { cluster, members: new OneAtATime(cluster) });
  }
}

/** A module of a user's own may do anything while it loads: it is loaded here only where a scenario needs its members. */
function mayHaveOne({ target, scenario }: Pick<PlannedRun, 'target' | 'scenario'>): boolean {
  return target.program === undefined && (bringsCluster(target) || needsCluster(scenario));
}
