import type { Report } from '../index.js';
import { fixture, holdfastWarm, newDirectory } from './command.test.helper.js';

export const inPlace = fixture('programs/in-place.sh');
export const shell = ['--command', `sh ${inPlace} {file} {key} {value}`, '--format', 'dotenv'];

/** Runs the command on a program, with no controls. */
export async function program(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const cwd = newDirectory();
  const { exitCode, stdout, stderr } = await holdfastWarm(['stress', '--no-controls', '--json', ...args], {
    cwd,
    env,
  });
  const report = stdout === '' ? undefined : (JSON.parse(stdout) as Report);
  return { exitCode, stderr, cwd, report, run: report?.scenarios[0] };
}
