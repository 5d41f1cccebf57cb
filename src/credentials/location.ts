import path from 'node:path';
import { decodeValue, parseDocument } from '../store/document.js';
import { StoreError } from '../store/errors.js';

/**
 * Where the agent keeps its credentials: the same rule on every system, and an empty variable counts as unset.
 * `home` is the user's home directory.
 */
export function authFile(env: NodeJS.ProcessEnv, home: string): string {
  return path.join(env.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'opencode', 'auth.json');
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
