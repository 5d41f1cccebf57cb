import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { madeUpRun } from '../report/page/made-up.test.helper.js';
import { holdfast } from './command.test.helper.js';

/** A directory that alone is searched for programs, with one that opens addresses and notes them. */
function newPath(exitCode: number): { PATH: string; opened: () => string } {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
  const note = path.join(directory, 'opened');
  const program = path.join(directory, 'xdg-open');
  writeFileSync(program, `#!/bin/sh\necho "$1" >> '${note}'\nexit ${exitCode}\n`);
  chmodSync(program, 0o755);
  return {
    PATH: `${directory}:${path.dirname(process.execPath)}`,
    opened: () => (existsSync(note) ? readFileSync(note, 'utf8') : ''),
  };
}

const isLinux = process.platform === 'linux';

it.skipIf(!isLinux)(
  'show --open opens the page of a finished run, and makes one where there is none',
  async () => {
    const { directory, report } = await madeUpRun();
    writeFileSync(path.join(directory, 'report.json'), JSON.stringify(report));
    const { PATH, opened } = newPath(0);
    const { exitCode, stdout, stderr } = await holdfast(['show', directory, '--open'], { env: { PATH } });
    const page = path.join(directory, 'report.html');
    const address = pathToFileURL(page).href;
    expect([exitCode, stdout, stderr, opened()]).toEqual([0, address, '', `${address}\n`]);
    expect(readFileSync(page, 'utf8')).toContain('id="data"');
  },
);

it.skipIf(!isLinux)(
  'where no browser can be started, one line says why, below the address',
  long,
  async () => {
    const { directory, report } = await madeUpRun();
    writeFileSync(path.join(directory, 'report.json'), JSON.stringify(report));
    const failing = newPath(3);
    const refused = await holdfast(['show', directory, '--open'], { env: { PATH: failing.PATH } });
    expect([refused.exitCode, refused.stderr]).toEqual([
      0,
      'no browser could be started (xdg-open ended with 3): open the address above in one',
    ]);
    rmSync(path.join(failing.PATH.split(':')[0] ?? '', 'xdg-open'));
    const without = await holdfast(['show', directory, '--open'], {
      env: { PATH: failing.PATH.split(':')[0] ?? '' },
    });
    expect(without.stderr).toBe(
      'no browser could be started (there is no xdg-open here): open the address above in one',
    );
  },
);

it.skipIf(!isLinux)(
  'stress --ui opens the page of the run when it begins, and says where it is kept',
  long,
  async () => {
    const { PATH, opened } = newPath(0);
    const cwd = mkdtempSync(path.join(tmpdir(), 'holdfast-test-'));
    const { exitCode, stderr } = await holdfast(
      [
        'stress',
        '--ui',
        '--target',
        'naive',
        '--no-controls',
        '--scenario',
        'two-terminals',
        '--duration',
        '5s',
      ],
      { cwd, env: { PATH } },
    );
    const address = opened().trim();
    expect([exitCode, stderr.split('\n')[0]]).toEqual([1, address]);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  },
);
