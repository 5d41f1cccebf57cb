import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../core/usage-error.js';

/** Stands in every directory that a run made for itself; nothing is damaged, killed or removed without it. */
const marker = '.holdfast-run';

/** Makes the run's own directory. @throws UsageError if there is something in it that no run made */
export function claimDirectory(directory: string): string {
  const strangers =
    existsSync(directory) && !existsSync(path.join(directory, marker)) && readdirSync(directory);
  if (strangers && strangers.length > 0) {
    throw new UsageError(
      `${directory} is not a directory of this tool: it holds ${strangers.slice(0, 3).join(', ')}`,
      'name one that is empty or does not exist',
    );
  }
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, marker), 'This directory was made by a test run. It may be removed.\n');
  return realpathSync(directory);
}

/** Makes the directory in which one scenario's processes live, laid out like a home directory. @returns the file under test */
export function makeSandbox(directory: string): { sandbox: string; file: string } {
  const sandbox = claimDirectory(directory);
  const data = path.join(sandbox, 'data', 'opencode');
  rmSync(path.join(sandbox, 'data'), { recursive: true, force: true });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return { sandbox, file: path.join(data, 'auth.json') };
}

/**
 * Refuses to go on unless the file is inside a directory that a run made for itself. Every client and every
 * fault calls this before it touches anything, so no mistake elsewhere can reach a user's real file.
 * @returns the file
 */
export function assertOwnFile(file: string, sandbox: string): string {
  const directory = realpathSync(path.dirname(file));
  const inside = directory.startsWith(realpathSync(sandbox) + path.sep);
  if (!inside || !existsSync(path.join(sandbox, marker))) {
    throw new Error(
      `refusing to touch ${file}: it is not inside a directory that this run made (${sandbox})`,
    );
  }
  return file;
}

/**
 * The environment of every client: the user's own, with each variable that leads to the user's files pointing into the
 * sandbox instead, whatever it was.
 */
export function sandboxEnvironment(sandbox: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !/^(OPENCODE|HOLDFAST)_|^NODE_OPTIONS$/.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: sandbox,
    USERPROFILE: sandbox,
    XDG_DATA_HOME: path.join(sandbox, 'data'),
    XDG_CONFIG_HOME: path.join(sandbox, 'config'),
    XDG_STATE_HOME: path.join(sandbox, 'state'),
    XDG_CACHE_HOME: path.join(sandbox, 'cache'),
  };
}
