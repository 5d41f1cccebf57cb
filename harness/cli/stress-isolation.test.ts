import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { eventually, until } from '../../src/waiting.test.helper.js';
import {
  command,
  fixture,
  holdfastWarm,
  isStopped,
  newDirectory,
  processesIn,
  stress,
} from './command.test.helper.js';

describe('the isolation of a run', () => {
  const scenarios = ['two-terminals', 'all-clients-set'];
  eachInTiers(scenarios)(
    "a run of %s never touches the user's files, whatever the environment says",
    async (scenario) => {
      const home = newDirectory();
      const data = path.join(home, '.local', 'share', 'opencode');
      mkdirSync(data, { recursive: true });
      const file = path.join(data, 'auth.json');
      writeFileSync(file, '{"mine":{"type":"api","key":"do not touch"}}');
      const before = statSync(file, { bigint: true });
      const env = {
        HOME: home,
        XDG_DATA_HOME: path.join(home, '.local', 'share'),
        OPENCODE_AUTH_CONTENT: '{"env":{"type":"api","key":"x"}}',
        NODE_OPTIONS: '',
      };
      const args = [
        'stress',
        '--scenario',
        scenario,
        '--target',
        'hardened',
        ...['--duration', '4s', '--operations', '50', '--seed', '1'],
        '--no-controls',
      ];
      const { exitCode } = await holdfastWarm(args, { env });
      expect(exitCode).toBe(0);
      const after = statSync(file, { bigint: true });
      expect([after.ino, after.mtimeNs, after.ctimeNs, after.size]).toEqual([
        before.ino,
        before.mtimeNs,
        before.ctimeNs,
        before.size,
      ]);
    },
  );

  it('a run ends the processes that a target has started and left behind', async () => {
    const cwd = newDirectory();
    const target = `
      import { spawn } from 'node:child_process';
      import { open as openForgetful } from ${JSON.stringify(fixture('forgotten-lock.mjs'))};
      export function open(file) {
        spawn('sleep', ['300'], { stdio: 'ignore' }).unref();
        return openForgetful(file);
      }`;
    writeFileSync(path.join(cwd, 'spawns.mjs'), target);
    const run = await stress(
      path.join(cwd, 'spawns.mjs'),
      'two-terminals',
      ...['--duration', '2s', '--operations', '10'],
    );
    expect(run.report?.scenarios[0]?.counts.acknowledged).toBeGreaterThan(0);
    expect(processesIn(run.cwd)).toEqual([]);
  });

  it('a run refuses a directory that it did not make', async () => {
    const out = newDirectory();
    writeFileSync(path.join(out, 'auth.json'), '{}');
    const { exitCode, stderr } = await holdfastWarm(['stress', '--no-controls', '--out', out]);
    expect(stderr).toContain('is not a directory of this tool: it holds auth.json');
    expect(exitCode).toBe(2);
    expect(readFileSync(path.join(out, 'auth.json'), 'utf8')).toBe('{}');
  });

  // Its short twin for SIGKILL is the test below.
  const signals = [
    ['SIGINT', 'one of each kind', ['--clients', 'tui=1,server=1,web=1'], 4],
    ['SIGKILL', 'all clients', [], 8],
    ['SIGTERM', 'all clients', [], 8],
  ] as const;
  eachInTiers(signals)(
    'a run leaves no process behind when it is ended by %s: %s',
    async (signal, _, clients, processes) => {
      const cwd = newDirectory();
      const args = ['stress', '--scenario', 'kill-9', '--no-controls', '--duration', '10m', ...clients];
      const run = execa(process.execPath, [command, ...args], { cwd, reject: false });
      await until(() => processesIn(cwd).length >= processes);
      const first = processesIn(cwd);
      // Under way: the first client was killed, and another is in its place.
      await until(() => processesIn(cwd).some((pid) => !first.includes(pid)));
      run.kill(signal);
      const { exitCode, stdout } = await run;
      if (signal !== 'SIGKILL') {
        expect(exitCode).toBe(130);
        expect(stdout).toContain('Interrupted');
      }
      await expectNobodyIn(cwd);
    },
  );

  it('a client that is stopped at its commit ends, too, when the coordinator is killed', async () => {
    const cwd = newDirectory();
    const args = [
      'stress',
      '--scenario',
      'pause',
      '--clients',
      'tui=2',
      '--no-controls',
      '--duration',
      '10m',
    ];
    const run = execa(process.execPath, [command, ...args], { cwd, reject: false });
    await until(() => processesIn(cwd).some(isStopped));
    run.kill('SIGKILL');
    await run;
    await expectNobodyIn(cwd);
  });

  /** A killed coordinator can't wait for its clients: they find out by themselves. */
  async function expectNobodyIn(directory: string): Promise<void> {
    await eventually(() => expect(processesIn(directory)).toEqual([]));
  }
});
