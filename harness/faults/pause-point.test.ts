import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const built = new URL('../../build/harness/faults/pause-point.js', import.meta.url).href;

const committer = `
  import fs from 'node:fs';
  import { installPausePoint } from '${built}';
  const [directory] = process.argv.slice(1);
  const arm = installPausePoint([directory + '/auth.json'], () => fs.writeSync(1, 'pausing '));
  const { O_RDONLY, O_DIRECTORY } = fs.constants;
  const held = fs.openSync(directory, O_RDONLY | O_DIRECTORY);
  const commit = (text) => {
    fs.writeFileSync('/proc/self/fd/' + held + '/staged', text);
    fs.renameSync('/proc/self/fd/' + held + '/staged', '/proc/self/fd/' + held + '/auth.json');
  };
  commit('first');
  arm();
  commit('second');
`;

it('an armed process stops itself before a commit that goes through an open directory', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-pause-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'auth.json');
  writeFileSync(file, 'none');
  const child = spawn(process.execPath, ['--input-type=module', '-e', committer, directory]);
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const said = new Promise((resolve) => child.stdout.on('data', resolve));
  await Promise.race([said, ended]);
  expect(readFileSync(file, 'utf8')).toBe('first');
  // It may not have stopped yet: then it is continued again.
  const going = setInterval(() => child.kill('SIGCONT'), 20);
  onTestFinished(() => clearInterval(going));
  await ended;
  expect(readFileSync(file, 'utf8')).toBe('second');
});
