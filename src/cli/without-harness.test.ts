import { cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { newDirectory } from './command.test.helper.js';

const project = fileURLToPath(new URL('../..', import.meta.url));

describe('an installation of the store alone', () => {
  const place = newDirectory();
  const run = (...args: string[]) =>
    execa(process.execPath, [path.join(place, 'dist/src/cli/main.js'), ...args], {
      cwd: place,
      env: { HOME: place },
      reject: false,
    });

  beforeAll(() => {
    for (const folder of ['dist/src', 'dist/chunks'])
      cpSync(path.join(project, folder), path.join(place, folder), { recursive: true });
    cpSync(path.join(project, 'package.json'), path.join(place, 'package.json'));
    symlinkSync(path.join(project, 'node_modules'), path.join(place, 'node_modules'));
  });

  it('the commands of the product work, and the help names no other', async () => {
    const { exitCode, stdout } = await run('auth', 'list', '--json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '[]' });
    expect((await run('--help')).stdout).not.toContain('stress');
  });

  it.each([
    ['stress', '--target', 'naive'],
    ['explore', '--help'],
    ['check', 'history.jsonl'],
  ])('a command of the harness names the package to install: %s %s', async (...args) => {
    const { exitCode, stderr } = await run(...args);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('npm install holdfast'),
    });
  });
});
