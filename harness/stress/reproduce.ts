import { shellWord } from '../core/shell-word.js';
import type { TargetSpec } from '../core/target.js';
import { toFlags } from '../programs/flags.js';
import { clientsOfProgram } from './plan/for-program.js';
import { frameMs, overheadMs, type PlannedRun } from './plan/plan.js';

/**
 * The command that runs one unit again with the same seed, clients and time.
 * @param hasSeenTooLittle the same time would be too little again
 */
export function reproduceCommand(
  { scenario, target, seed, runtimes, clients, workload, workMs }: PlannedRun,
  command: string,
  hasSeenTooLittle = false,
): string {
  const parts = [
    `${command} --no-controls`,
    `--scenario ${shellWord(scenario.source ?? scenario.name)} ${flagsOf(target)} --seed ${seed}`,
    `--duration ${Math.ceil((frameMs + workMs + overheadMs) / 1000)}s`,
  ];
  if (hasSeenTooLittle) parts.push('--patience 20s');
  if (runtimes.choice !== 'node') parts.push(`--runtime ${runtimes.choice}`);
  if (target.program ? !isOfProgram(clients) : clients !== scenario.clients) {
    parts.push(
      `--clients ${Object.entries(clients)
        .map(([profile, count]) => `${profile}=${count}`)
        .join(',')}`,
    );
  }
  const operations = workload?.operationsMax;
  if (operations !== scenario.workload?.operationsMax) parts.push(`--operations ${operations}`);
  return parts.join(' ');
}

/** True for those that a program has where the user names none. */
function isOfProgram({ tui, ...others }: PlannedRun['clients']): boolean {
  return tui === clientsOfProgram && Object.values(others).every((count) => count === 0);
}

function flagsOf({ label, written }: TargetSpec): string {
  if (written === undefined) return `--target ${shellWord(label)}`;
  if (typeof written === 'string') return `--command ${shellWord(written)}`;
  return toFlags(written)
    .map(([flag, value]) => (value === undefined ? flag : `${flag} ${shellWord(value)}`))
    .join(' ');
}
