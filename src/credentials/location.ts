import path from 'node:path';
import { StoreError } from '../errors/store-error.js';
import { decodeValue, parseDocument } from '../store/document/document.js';
import { homeDirectory } from '../surroundings/home.js';

/**
 * Returns the path of the agent's credential file. The rule is the same on every system; an empty variable counts as unset.
 *
 * A relative `XDG_DATA_HOME` makes a relative path. The base-directory specification says to ignore it, but the agent uses it
 * as it stands, and its own file must be found.
 *
 * @param env the environment: `XDG_DATA_HOME`, `HOME`
 * @param home the user's home directory; default: looked up where it is needed
 * @throws StoreError `E_INPUT` where a home directory is needed and none is known
 */
export function authFile(env: NodeJS.ProcessEnv, home?: string): string {
  const data = env.XDG_DATA_HOME || path.join(home || homeDirectory('XDG_DATA_HOME'), '.local', 'share');
  return path.join(data, 'opencode', 'auth.json');
}

/** Returns a warning about a path that depends on the working directory; undefined for an absolute one. */
export function warningOfRelative(file: string): string | undefined {
  if (path.isAbsolute(file)) return undefined;
  return `XDG_DATA_HOME or HOME is a relative path, and used as the agent uses it: the file is ${path.resolve(file)}, and another one in every other directory`;
}

/**
 * Returns the entries in `OPENCODE_AUTH_CONTENT`, which the agent sets for its workspace children; undefined where it is unset
 * or empty. Fails with `E_INPUT` where it is not a JSON object: falling through to the file, as the agent does, would return
 * credentials that the parent meant to replace.
 */
export function contentOverride(env: NodeJS.ProcessEnv): Record<string, unknown> | undefined {
  const content = env.OPENCODE_AUTH_CONTENT;
  if (!content) return undefined;
  const document = parseDocument(Buffer.from(content));
  if (document) return Object.fromEntries([...document].map(([key, raw]) => [key, decodeValue(raw)]));
  throw new StoreError('E_INPUT', 'the variable OPENCODE_AUTH_CONTENT does not hold a JSON object', {
    definite: true,
    hint: 'Unset it to use the file, or give it an object such as {"anthropic":{"type":"api","key":"..."}}',
  });
}
