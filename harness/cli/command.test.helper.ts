import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject } from 'vitest';
import { neutral, newDirectory } from '../../src/cli/command.test.helper.js';
import { runWarm } from '../../src/cli/warm-command.test.helper.js';
import type { Report } from '../index.js';

export { isStopped, newDirectory, processesIn } from '../../src/cli/command.test.helper.js';

/** The built command, as users run it: with the commands of the product and of the harness. */
export const command = path.join(inject('installation'), 'dist', 'harness', 'cli', 'main.js');

export const fixture = (name: string) =>
  fileURLToPath(new URL(`../stress/fixtures/${name}`, import.meta.url));

/** Runs the command to its end in a directory of its own. */
export function holdfast(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) {
  const { cwd = newDirectory(), env = {} } = options;
  return execa(process.execPath, [command, ...patient(args)], {
    cwd,
    env: { ...neutral, ...env },
    reject: false,
  });
}

/** A bound on the time would be one on how busy the machine is, on which the tests run. */
function patient(args: readonly string[]): string[] {
  const isBound = args[0] === 'stress' && args.includes('--duration');
  if (args.includes('--patience') || args.includes('--list')) return [...args];
  return isBound ? [...args, '--patience', '20s'] : [...args];
}

/**
 * The same in a process that has run other commands, which takes half as long as a new one. The clients of a run, a probe and a program
 * under test are processes of their own there, too. What a new process must do is run by `holdfast`: signals, the loading of
 * TypeScript in a project, what is left when it is killed.
 */
export function holdfastWarm(
  args: readonly string[],
  { cwd = newDirectory(), env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  return runWarm({ command, args: patient(args), cwd, env: { ...neutral, ...env }, input: '' });
}

/** Runs one scenario on one target, coordinated by a process that has run other commands. @returns the exit code and the report */
export async function stress(target: string, scenario: string, ...more: string[]) {
  const cwd = newDirectory();
  const args = ['stress', '--target', target, '--scenario', scenario, '--no-controls', '--json', ...more];
  const { exitCode, stdout, stderr } = await holdfastWarm(args, { cwd });
  return { exitCode, stderr, cwd, report: stdout === '' ? undefined : (JSON.parse(stdout) as Report) };
}

export const counts = (report: Report | undefined) => report?.scenarios[0]?.counts;
