import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import { eventually, until } from '../../src/waiting.test.helper.js';
import { childrenOf } from '../targets/children.js';
import { command, holdfastWarm, isStopped, newDirectory, processesIn } from './command.test.helper.js';

const hardened = path.join(path.dirname(command), '..', 'targets', 'hardened.js');

describe('the isolation of a run', () => {
  const scenarios = ['two-terminals', 'all-clients-set'];
  eachInTiers(scenarios)(
    "a run of %s never touches the user's files, whatever the environment says, and ends the processes that its target has started and left behind",
    async (scenario) => {
      const cwd = newDirectory();
      const target = `
        import { spawn } from 'node:child_process';
        import { open as openHardened } from ${JSON.stringify(hardened)};
        export function open(file) {
          spawn('sleep', ['300'], { stdio: 'ignore' }).unref();
          return openHardened(file);
        }`;
      writeFileSync(path.join(cwd, 'spawns.mjs'), target);
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
        './spawns.mjs',
        ...['--duration', '4s', '--operations', '50', '--seed', '1'],
        '--no-controls',
      ];
      const { exitCode } = await holdfastWarm(args, { cwd, env });
      expect(exitCode).toBe(0);
      expect(processesIn(cwd)).toEqual([]);
      const after = statSync(file, { bigint: true });
      expect([after.ino, after.mtimeNs, after.ctimeNs, after.size]).toEqual([
        before.ino,
        before.mtimeNs,
        before.ctimeNs,
        before.size,
      ]);
    },
  );

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
      const children = () => childrenOf(run.pid ?? 0);
      await until(() => children().length >= processes);
      const first = children();
      // Under way: the first client was killed, and another is in its place.
      await until(() => children().some((pid) => !first.includes(pid)));
      await until(() => processesIn(cwd).length > 0);
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
    await until(() => childrenOf(run.pid ?? 0).some((pid) => isStopped(`${pid}`)));
    expect(processesIn(cwd).some(isStopped)).toBe(true);
    run.kill('SIGKILL');
    await run;
    await expectNobodyIn(cwd);
  });

  /** A killed coordinator can't wait for its clients: they find out by themselves. */
  async function expectNobodyIn(directory: string): Promise<void> {
    await eventually(() => expect(processesIn(directory)).toEqual([]));
  }
});
