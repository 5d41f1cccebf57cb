import { isSafe, type Policy, type Route } from './policy.js';
import { specified } from './specified.js';

/** Exceptions from the hardened policy. */
export interface HardenedOptions {
  /** Lets a token with `read` alone list the sessions (`GET /session`). Their contents need `execute` all the same. Default false. */
  listSessions?: boolean;
}

/**
 * Routes of the agent that run code, change credentials, or hand out secrets, and have none of the specified segments. A rule
 * applies where all of its words are in the path, wherever the application is mounted.
 */
const anyMethod: readonly (readonly string[])[] = [
  // Takes over what the terminal does next: prompts and commands.
  ['tui'],
  // Reveal keys of providers, and any file.
  ['config'],
  ['file', 'content'],
  ['fs', 'read'],
];
const changes: readonly (readonly string[])[] = [
  // Starts the command in the request.
  ['mcp'],
  // Credentials, and the logins that make them.
  ['auth'],
  ['credential'],
  ['integration'],
  ['oauth'],
  ['console'],
  // The answer that lets a tool run, or tells the model what to do.
  ['permission'],
  ['question'],
  // Git, set-up commands, patches, programs of other versions.
  ['project'],
  ['worktree'],
  ['workspace'],
  ['move-session'],
  ['vcs'],
  ['sync'],
  ['upgrade'],
];

/** Makes a policy that asks for what `specified` does, and for `execute` wherever a route runs code, changes credentials or reveals secrets. */
export function hardened({ listSessions = false }: HardenedOptions = {}): Policy {
  return (route) => {
    const needed = specified(route);
    if (listSessions && isListOfSessions(route)) return ['read'];
    if (needed.includes('execute')) return needed;
    const rules = isSafe(route.method) ? anyMethod : [...anyMethod, ...changes];
    return rules.some((rule) => rule.every((word) => route.words.has(word)))
      ? [...needed, 'execute']
      : needed;
  };
}

/** Only where the path has one reading: an exception must hold under all of them, `/session.x/session` among them. */
function isListOfSessions({ method, words, segments = [] }: Route): boolean {
  const before = segments.slice(0, -1).flatMap((segment) => segment.split('.'));
  const isList = segments.at(-1) === 'session' && !before.includes('session');
  return isList && isSafe(method) && !words.has('pty') && !words.has('message');
}
