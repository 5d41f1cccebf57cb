import path from 'node:path';
import { fill, shellVariables, type Words } from './template.js';

/** Directories that a program's environment names, relative to its home. They are there when it starts. */
export const homeDirectories = {
  TMPDIR: 'tmp',
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
  XDG_RUNTIME_DIR: 'run',
} as const;

/**
 * The whole environment of a program under test: PATH and LANG of the user, a home of its own, and what the specification
 * adds. Nothing else, so nothing leads to the user's own files.
 * @param isShell whether what placeholders stand for is in it, too
 */
export function programEnvironment(
  { PATH, LANG = 'C.UTF-8' }: NodeJS.ProcessEnv,
  words: Words,
  added: Readonly<Record<string, string>> = {},
  isShell = false,
): Record<string, string> {
  const { home } = words;
  const own = Object.entries(homeDirectories).map(([name, place]) => [name, path.join(home, place)]);
  const more = Object.entries(added).map(([name, value]) => [name, fill(value, words)]);
  return Object.fromEntries([
    ['PATH', PATH ?? '/usr/bin:/bin'],
    ['LANG', LANG],
    ['HOME', home],
    ...own,
    ...more,
    ...(isShell ? Object.entries(shellVariables(words)) : []),
  ]);
}
