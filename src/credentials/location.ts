import path from 'node:path';
import { decodeValue, parseDocument } from '../store/document.js';
import { StoreError } from '../store/errors.js';
import { homeDirectory } from './home.js';

/**
 * Where the agent keeps its credentials: the same rule on every system, and an empty variable counts as unset.
 *
 * A relative `XDG_DATA_HOME` makes a relative path, for the agent uses it as it stands, though the base-directory
 * specification says to ignore it: to look elsewhere would be to miss the agent's own file.
 *
 * @param home the user's home directory; default: looked up, and only where it is needed
 * @throws StoreError `E_INPUT` where it is needed and there is none
 */
export function authFile(env: NodeJS.ProcessEnv, home?: string): string {
  const data = env.XDG_DATA_HOME || path.join(home || homeDirectory('XDG_DATA_HOME'), '.local', 'share');
  return path.join(data, 'opencode', 'auth.json');
}

/** What to say of a place that depends on the working directory; undefined for any other. */
export function warningOfRelative(file: string): string | undefined {
  if (path.isAbsolute(file)) return undefined;
  return `XDG_DATA_HOME or HOME is a relative path, and used as the agent uses it: the file is ${path.resolve(file)}, and another one in every other directory`;
}

/**
 * The credentials given by `OPENCODE_AUTH_CONTENT`, which the agent sets for its workspace children; undefined where it
 * is unset or empty. Fails with `E_INPUT` where it is not a JSON object: to fall through to the file, as the
 * agent does, would answer with credentials that the parent meant to replace.
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
