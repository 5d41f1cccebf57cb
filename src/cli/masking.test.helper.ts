import { expect } from 'vitest';
import { newToken } from '../tokens/format.js';
import { newUser } from './auth/auth.test.helper.js';
import { neutral } from './command.test.helper.js';
import { runWarm } from './warm-command.test.helper.js';

export const { token } = newToken();
export const secrets = [
  token,
  'sk-proj-0a1B2c3D4e5F6g7H8i9J0k',
  'ghp_0123456789abcdefABCDEF0123456789abcd',
  // As other services make them: in hexadecimal, in base 64, in groups.
  'f3a9c1d47b2e8056af13c9d2',
  'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY12',
  '6f1f2c9e-3b7a-4d5e-9c81-0a4f7e2b6d13',
];

/** Runs a wrong command, with a secret for the word SECRET. */
export async function expectMasked(program: string, line: string, secret: string): Promise<void> {
  const user = newUser({ XDG_CONFIG_HOME: '/nonexistent/config', OPENCODE_CONFIG_DIR: '' });
  const args = line.split(' ').map((word) => word.replace('SECRET', secret));
  const env = { ...neutral, ...user.env };
  const run = { command: program, args, cwd: user.home, env, input: '' };
  const { exitCode, stdout, stderr } = await runWarm(run);
  expect(exitCode).toBeGreaterThan(0);
  expect(stderr).not.toContain('internal error:');
  // Nor a part of it that would do for a search.
  const said = `${stdout}\n${stderr}`;
  for (let at = 0; at + 10 <= secret.length; at++) expect(said).not.toContain(secret.slice(at, at + 10));
}
