import path from 'node:path';

/**
 * Where the tokens for the agent's server are kept: beside its configuration. An empty variable counts as unset.
 * `home` is the user's home directory.
 */
export function tokenFile(env: NodeJS.ProcessEnv, home: string): string {
  const configuration = env.XDG_CONFIG_HOME || path.join(home, '.config');
  return path.join(env.OPENCODE_CONFIG_DIR || path.join(configuration, 'opencode'), 'auth-tokens.json');
}
