import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lacks } from '../../store/system.test.helper.js';
import { eachInTiers } from '../../tiers.test.helper.js';
import { newDirectory } from '../command.test.helper.js';
import { newUser, type User } from './auth.test.helper.js';

const owner = 1001;

/** Root at a shell, and the directory of another user. */
function newVisit(): { root: User; directory: string; file: string } {
  const root = newUser();
  const directory = path.join(root.home, 'theirs');
  mkdirSync(directory, { mode: 0o700 });
  chmodSync(root.home, 0o711);
  chmodSync(path.dirname(root.home), 0o711);
  chownSync(directory, owner, owner);
  return { root, directory, file: path.join(directory, 'auth.json') };
}

const ownersIn = (directory: string) =>
  new Set(readdirSync(directory).map((name) => lstatSync(path.join(directory, name)).uid));

describe.skipIf(lacks('root', 'setpriv'))('root at the file of another user', () => {
  it('root acts as the owner of the file and says so, and new files belong to the owner', async () => {
    const { root, directory, file } = newVisit();
    const stored = await root.authAlone(['set', 'anthropic', '--file', file], 'made up');
    expect(stored).toMatchObject({ exitCode: 0 });
    expect(stored.stderr).toContain(`acting as user ${owner}, the owner of ${directory}`);
    expect(ownersIn(directory)).toEqual(new Set([owner]));
    const token = await root.authAlone([
      'token',
      'create',
      '--file',
      path.join(directory, 'tokens.json'),
      '--quiet',
    ]);
    expect(token).toMatchObject({ exitCode: 0 });
    expect(ownersIn(directory)).toEqual(new Set([owner]));
  });

  // All look at the file by the same way; each starts a process that becomes the owner for good.
  eachInTiers(
    [['set', 'x'], ['list'], ['remove', 'daemon'], ['restore'], ['forget', '--all', '--yes']].map(
      (args) => [args] as const,
    ),
    2,
  )('root is not led by a link of the owner into its own files: %j', async (args) => {
    const { root, file } = newVisit();
    const secret = path.join(newDirectory(), 'daemon.json');
    chmodSync(path.dirname(secret), 0o755);
    writeFileSync(secret, '{"daemon":{"type":"api","key":"made up"}}', { mode: 0o600 });
    symlinkSync(secret, file);
    const before = readFileSync(secret, 'utf8');
    const { exitCode, stdout } = await root.authAlone([...args, '--file', file], 'made up');
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('daemon');
    expect(readFileSync(secret, 'utf8')).toBe(before);
    expect(lstatSync(secret)).toMatchObject({ uid: 0 });
    expect(readdirSync(path.dirname(secret))).toEqual(['daemon.json']);
  });

  it('root creates nothing where a dangling link of the owner leads', async () => {
    const { root, file } = newVisit();
    const place = path.join(newDirectory(), 'made.json');
    chmodSync(path.dirname(place), 0o755);
    symlinkSync(place, file);
    expect((await root.authAlone(['set', 'x', '--file', file], 'made up')).exitCode).toBe(1);
    expect(existsSync(place)).toBe(false);
  });

  it('root stays root at a file of its own', async () => {
    const { root } = newVisit();
    const stored = await root.authAlone(['set', 'anthropic'], 'made up');
    expect(stored.stderr).not.toContain('acting as');
    expect(lstatSync(root.file).uid).toBe(0);
  });
});
