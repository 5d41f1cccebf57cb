import path from 'node:path';
import { openTokens } from '../../src/tokens/tokens.js';

/** Where the servers of a run look for it: where the agent's own would, with the sandbox for a home. */
export function tokenFileOf(sandbox: string): string {
  return path.join(sandbox, 'config', 'opencode', 'auth-tokens.json');
}

/** Makes the one token of a run, before its clients are started: a server that is killed must not need a new one. */
export async function createRunToken(sandbox: string): Promise<string> {
  const tokens = openTokens({ file: tokenFileOf(sandbox) });
  try {
    return (await tokens.create({ name: 'clients of this run' })).token;
  } finally {
    await tokens.close();
  }
}
