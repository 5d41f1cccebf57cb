import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { describe, expect, it, TestRunner } from 'vitest';
import { command } from '../cli/command.test.helper.js';
import { lacks } from '../store/system.test.helper.js';
import { eachInTiers } from '../tiers.test.helper.js';
import { type Frame, FrameReader } from './frames.js';
import { newScene, python, sanitizedHelper, whyNot } from './isolation.test.helper.js';

describe.skipIf(whyNot !== undefined)(`a run of an isolated program${whyNot ? ` (${whyNot})` : ''}`, () => {
  eachInTiers(['ENOSYS', 'EINVAL'])(
    'says what the kernel lacks, and guards where that will do: %s',
    async (errno) => {
      if (lacks('strace')) TestRunner.getCurrentTest()?.context.skip('strace is not to be had here');
      const scene = newScene();
      const run = (flag: string) =>
        scene.plain([
          // The sanitizer for leaks can't work below another tracer.
          ...[
            'env',
            'ASAN_OPTIONS=detect_leaks=0',
            'strace',
            '-f',
            // Only the calls that it is to fail stop.
            '--seccomp-bpf',
            '-qq',
            '-o',
            '/dev/null',
            '-e',
            'trace=seccomp',
          ],
          ...['-e', `inject=seccomp:error=${errno}`, process.execPath, command],
          ...['run', flag, '--file', scene.file, '--', 'echo', 'ran'],
        ]);
      const guarded = await run('--try-isolate');
      expect([guarded.exitCode, guarded.stdout]).toEqual([0, 'ran']);
      expect(guarded.stderr).toMatch(
        /^holdfast: not isolated, but guarded: the kernel has no seccomp user notification.*\nholdfast: guarded .*$/,
      );
      const strict = await run('--isolate');
      expect([strict.exitCode, strict.stdout]).toEqual([2, '']);
    },
  );

  it('ends with one line, and as the command has ended', async () => {
    const scene = newScene();
    const { exitCode, stdout, stderr } = await scene.run(['sh', '-c', 'echo out; echo err >&2; exit 42']);
    expect([exitCode, stdout]).toEqual([42, 'out']);
    expect(stderr).toMatch(/^err\nholdfast: isolated .*auth\.json for \d+ s: 0 writes$/);
    expect((await scene.start(['sh', '-c', 'kill -KILL $$'])).signal).toBe('SIGKILL');
    expect((await scene.run(['no-such-command'])).exitCode).toBe(127);
    expect((await scene.run([scene.home])).exitCode).toBe(126);
  });

  it.each([
    ['something', 'exec 4<&0; cat <&4 & exit 3', true],
    ['nothing', 'cat & wait; exit 3', false],
  ])('is said to go on by what it has left behind, and by nothing else: %s', async (_, script, goesOn) => {
    const { file } = newScene();
    const child = spawn(sanitizedHelper(), [file, '--', 'sh', '-c', script], {
      stdio: ['pipe', 'ignore', 'inherit', 'pipe'],
    });
    const frames: Frame[] = [];
    const reader = new FrameReader();
    child.stdio[3]?.on('data', (data: Buffer) => frames.push(...reader.push(data)));
    await expect.poll(() => frames.at(-1)?.type).toBe('ended');
    expect(frames.at(-1)).toEqual({ type: 'ended', code: 3, signal: 0, goesOn });
    child.stdin?.end();
    await once(child, 'exit');
  });

  eachInTiers(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'gets the signals that are meant for it: %s',
    async (signal) => {
      const scene = newScene();
      const text = `process.on('${signal}', () => process.exit(7)); setInterval(() => {}, 1000);
      require('fs').writeFileSync(process.env.READY, '');`;
      const run = scene.start([process.execPath, '-e', text]);
      await scene.isReady();
      run.kill(signal);
      expect((await run).exitCode).toBe(7);
    },
  );

  it('is waited for by all that it has started, and that is said', async () => {
    const scene = newScene();
    const run = scene.start([
      'sh',
      '-c',
      'nohup "$@" >/dev/null 2>&1 &',
      'sh',
      ...python('over', scene.file),
    ]);
    let said = '';
    run.stderr.on('data', (text) => {
      said += text;
    });
    await scene.isReady();
    await expect.poll(() => readFileSync(scene.ready, 'utf8')).not.toBe('');
    await scene.store((store) => store.set('other', 1));
    // It is not said where that ends soon.
    await expect.poll(() => said).toMatch(/^holdfast: .*; waiting for what it has started\n/);
    scene.letGo();
    expect((await run).exitCode).toBe(0);
    expect(Object.keys(scene.read()).toSorted()).toEqual(['a', 'b', 'other', 'over']);
  });

  it('creates a file that is not there, in a directory that is not there', async () => {
    const scene = newScene();
    rmSync(scene.directory, { recursive: true });
    const script = 'printf \'{"x":1}\' > "$1"; touch "$1"; chmod 600 "$1"; cat "$1"';
    const { stdout, exitCode } = await scene.run(['sh', '-c', script, 'sh', scene.file]);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { x: 1 }]);
  });
});
