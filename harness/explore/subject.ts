import { UsageError } from '../../src/cli/usage-error.js';
import { commandMsDefault } from '../programs/invocation.js';
import { resolveTarget } from '../targets/index.js';
import { gateProgram } from './command/build-gate.js';
import type { ScheduleFile } from './evidence/exploration.js';
import { type CommandSource, programOf, sourceOf } from './schedule/command-source.js';
import type { ExploreOptions, ReplayOptions } from './search/explore-options.js';
import type { Subject } from './workers/search-session.js';

/** What is searched: a module, or a program that is run. @throws UsageError if there is none, or it can't be run here */
export function subjectOf(
  { program, target = 'hardened' }: ExploreOptions,
  directory = process.cwd(),
): {
  label: string;
  subject: Subject;
  command?: CommandSource;
  patienceMs?: number;
} {
  if (program === undefined) return { label: target, subject: resolveTarget(target, directory) };
  const command = sourceOf(program, directory);
  const { name, timeoutMs = commandMsDefault } = programOf(command);
  // The helper says by itself when nothing comes any more.
  return { label: name, command, subject: { command, gate: gateProgram() }, patienceMs: 2 * timeoutMs };
}

/** The same of a schedule that is run again. */
export function subjectOfReplay(
  { command, target }: ScheduleFile,
  options: ReplayOptions,
): ReturnType<typeof subjectOf> {
  if (!command) return subjectOf({ target: options.target ?? target });
  if (options.target !== undefined)
    throw new UsageError('the schedule is that of a program, and is run again on that', 'leave --target out');
  return subjectOf({ program: command.specification }, command.directory);
}
