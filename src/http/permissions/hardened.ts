import { isSafe, type Policy, type Route } from './policy.js';
import { specified } from './specified.js';

export interface HardenedOptions {
  /** Lets a token that may only read list the sessions: `GET /session`. What they hold needs `execute` all the same. */
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
  // Starts the command that it is told.
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

/** The specified rule, and `execute` wherever a route is worth as much. */
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

/** Only where the path has one reading: what is relaxed must be so under all of them, `/session.x/session` among them. */
function isListOfSessions({ method, words, segments = [] }: Route): boolean {
  const before = segments.slice(0, -1).flatMap((segment) => segment.split('.'));
  const isList = segments.at(-1) === 'session' && !before.includes('session');
  return isList && isSafe(method) && !words.has('pty') && !words.has('message');
}
