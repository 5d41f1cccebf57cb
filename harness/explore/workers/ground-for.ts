import { createRequire } from 'node:module';
import type { TargetModule } from '../../core/target.js';
import { isShipped } from '../../targets/index.js';
import type { ExecutionOptions } from '../execution/executed.js';
import { fileGround, type Ground } from '../execution/ground.js';
import type { ProcessPool } from '../execution/process-pool.js';
import type { ClientSetup } from '../protocol/protocol.js';

export type ModuleSetup = Omit<ClientSetup, 'root'> & {
  bundle: string;
  /** The target once more, for a simulation, where there is to be one. */
  simBundle?: string;
};

/** What decides what an execution begins with. */
export type Prepared = Pick<ExecutionOptions, 'program' | 'faults' | 'conditions'>;

/** What executions begin with. The files of the stores that ship with the harness are known. */
export function groundFor(
  pool: ProcessPool,
  { label, bundle }: ModuleSetup,
  { program, faults, conditions }: Prepared,
): Ground {
  const read = () => (createRequire(bundle)(bundle) as Partial<TargetModule>).read;
  const options = { label, seed: 1, program };
  const ground = isShipped({ label }) ? fileGround(program) : pool.survey(options, read);
  if (conditions?.fromNothing) return { ...ground, files: {}, seeds: [] };
  if ((faults.damages ?? 0) > 0) return pool.surveyForDamage(options, ground);
  const looks = program.clients.flat().some(({ action }) => action === 'look');
  if (!looks || ground.evidence.of !== 'store') return ground;
  return { ...ground, obstacle: `"look" opens the file, and that is no evidence: ${ground.evidence.why}` };
}
