import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../src/cli/usage-error.js';
import type { PlaceName, Subject } from '../core/scenario.js';
import type { Link } from '../history/events.js';
import { homeDirectories } from '../programs/environment.js';

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

/** Where the file under test is, and how one gets there. All paths are absolute. */
export interface Place {
  /** What the clients are given. */
  file: string;
  /** The file itself: the same, or what the links lead to. */
  real: string;
  /** In order, from the first. */
  links: string[];
}

/**
 * Makes the directory in which one scenario's processes live, laid out like a home directory.
 * @param relative where a program keeps its file, in a home of its own below that
 */
export function makeSandbox(
  directory: string,
  kind?: PlaceName,
  subject: Subject = 'credentials',
  relative?: string,
): Place & { sandbox: string; home: string } {
  const sandbox = claimDirectory(directory);
  const data = path.join(sandbox, 'data');
  rmSync(data, { recursive: true, force: true });
  const makeDirectory = (name: string) => {
    mkdirSync(path.join(data, name), { recursive: true, mode: 0o700 });
    return path.join(data, name);
  };
  const home = path.join(data, 'home');
  const within = relative ?? path.join('opencode', subject === 'tokens' ? 'auth-tokens.json' : 'auth.json');
  const root = relative === undefined ? '' : 'home';
  if (relative !== undefined)
    for (const place of Object.values(homeDirectories)) makeDirectory(path.join(root, place));
  const file = path.join(makeDirectory(path.join(root, path.dirname(within))), path.basename(within));
  if (kind === undefined) return { sandbox, home, file, real: file, links: [] };

  const nameOf = (name: string) => (relative === undefined ? name : path.basename(relative));
  const real = path.join(makeDirectory('dotfiles'), nameOf('credentials.json'));
  if (kind === 'symlink') {
    symlinkSync(real, file);
    return { sandbox, home, file, real, links: [file] };
  }
  const middle = path.join(makeDirectory('profile'), nameOf('auth.json'));
  symlinkSync(path.relative(path.dirname(file), middle), file);
  symlinkSync(real, middle);
  return { sandbox, home, file, real, links: [file, middle] };
}

/** What each link says now, by its path inside the sandbox. */
export function readLinks(links: readonly string[], sandbox: string): Link[] {
  return links.map((link) => {
    const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink();
    const to = isLink ? path.relative(sandbox, path.resolve(path.dirname(link), readlinkSync(link))) : null;
    return { name: path.relative(sandbox, link), to };
  });
}

/**
 * Refuses to go on unless the file is inside a directory that a run made for itself. Every client and every
 * fault calls this before it touches anything, so no mistake elsewhere can reach a user's real file.
 * @returns the file
 */
export function assertOwnFile(file: string, sandbox: string): string {
  const home = realpathSync(sandbox) + path.sep;
  const isInside = (name: string) => realpathSync(name).startsWith(home);
  // A link that leads nowhere yet can't lead outside: what it says was said by this run.
  const inside = isInside(path.dirname(file)) && (!existsSync(file) || isInside(file));
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
