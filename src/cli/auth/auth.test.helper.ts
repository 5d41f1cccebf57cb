import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { patienceMs } from '../../waiting.test.helper.js';
import { command, newDirectory } from '../command.test.helper.js';
import { runWarm } from '../warm-command.test.helper.js';

/** Stands in every made-up secret; what was not asked for must not print it. */
export const canary = 'CANARY';

export const secrets = {
  key: `sk-${canary}-key-1234567890-wxyz`,
  access: `${canary}-access-1234567890-aaaa`,
  refresh: `${canary}-refresh-1234567890-rrrr`,
  token: `${canary}-token`,
};

const dayMs = 86_400_000;

/** One entry of each type, and two that are none. */
export const sample = {
  anthropic: { type: 'api', key: secrets.key, metadata: { instance: `${canary}-metadata` } },
  copilot: {
    type: 'oauth',
    access: secrets.access,
    refresh: secrets.refresh,
    expires: Date.now() - 2.5 * dayMs,
  },
  later: {
    type: 'oauth',
    access: secrets.access,
    refresh: secrets.refresh,
    expires: Date.now() + 3.5 * dayMs,
  },
  never: { type: 'oauth', access: secrets.access, refresh: secrets.refresh, expires: 0 },
  'https://example.com': { type: 'wellknown', key: 'EXAMPLE_TOKEN', token: secrets.token },
  $schema: `https://${canary}.example.com/schema`,
  future: { type: 'passkey', inner: [{ secret: `${canary}-of-a-newer-version` }] },
};

export interface Result {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** A user with a home directory of its own, at a shell. */
export function newUser(env: NodeJS.ProcessEnv = {}) {
  const home = newDirectory();
  const file = path.join(home, 'opencode', 'auth.json');
  const environment = { XDG_DATA_HOME: home, OPENCODE_AUTH_CONTENT: '', NO_COLOR: '1', ...env };
  return {
    home,
    file,
    env: environment,
    /** Runs `holdfast auth ARGS` to its end, in a process that has run other commands. */
    async auth(args: readonly string[], input: string | Uint8Array = ''): Promise<Result> {
      const run = { command, args: ['auth', ...args], cwd: home, env: environment, input };
      const { exitCode, stdout, stderr } = await runWarm(run);
      return { exitCode, stdout, stderr };
    },
    /** Runs `holdfast auth ARGS` to its end, in a process of its own. */
    async authAlone(args: readonly string[], input: string | Uint8Array = ''): Promise<Result> {
      const options = { cwd: home, env: environment, input, reject: false, timeout: patienceMs };
      const { exitCode, stdout, stderr } = await execa(process.execPath, [command, 'auth', ...args], options);
      return { exitCode, stdout, stderr };
    },
    /** Writes the file as another program would. */
    writeFile(content: unknown): void {
      mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
    },
    readFile(): Record<string, unknown> {
      return JSON.parse(readFileSync(file, 'utf8'));
    },
  };
}

export type User = ReturnType<typeof newUser>;

/** The last four characters of a long secret are all that is ever shown. */
export function expectNoSecretIn({ stdout, stderr }: Result): void {
  expect(`${stdout}\n${stderr}`).not.toContain(canary);
}

/** An error is one line without a stack. */
export function expectOneLine({ stderr }: Result): void {
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/^holdfast: /);
  expect(stderr).not.toContain('internal error');
}
