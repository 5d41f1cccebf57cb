import path from 'node:path';
import { homeDirectory } from '../surroundings/home.js';

/**
 * Returns the path of the agent's token file, which lies beside its configuration. An empty variable counts as unset, and so
 * does a relative one, as the base-directory specification says. That includes `OPENCODE_CONFIG_DIR`, though the agent uses a
 * relative one as it stands: a server that is started in a foreign repository must not take its tokens from there.
 *
 * @param env the environment: `OPENCODE_CONFIG_DIR`, `XDG_CONFIG_HOME`, `HOME`
 * @param home the user's home directory; default: looked up where it is needed
 * @throws StoreError `E_INPUT` where a home directory is needed and none is known
 */
export function tokenFile(env: NodeJS.ProcessEnv, home?: string): string {
  const own = absolute(env.OPENCODE_CONFIG_DIR);
  if (own !== undefined) return path.join(own, 'auth-tokens.json');
  const configuration = absolute(env.XDG_CONFIG_HOME) ?? path.join(absolute(home) ?? ownHome(), '.config');
  return path.join(configuration, 'opencode', 'auth-tokens.json');
}

/** Returns the variables that are ignored because they are relative, for a warning. */
export function ignoredVariables(env: NodeJS.ProcessEnv): string[] {
  if (absolute(env.OPENCODE_CONFIG_DIR) !== undefined) return [];
  const isIgnored = (name: string) => Boolean(env[name]) && absolute(env[name]) === undefined;
  return ['OPENCODE_CONFIG_DIR', 'XDG_CONFIG_HOME'].filter(isIgnored);
}

function ownHome(): string {
  return homeDirectory('XDG_CONFIG_HOME or OPENCODE_CONFIG_DIR to an absolute path', path.isAbsolute);
}

function absolute(place: string | undefined): string | undefined {
  return place !== undefined && path.isAbsolute(place) ? place : undefined;
}
