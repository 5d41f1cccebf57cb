import { unlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { aWhile, patienceMs } from '../../waiting.test.helper.js';
import { command } from '../command.test.helper.js';
import { canary, newUser, sample, type User } from './auth.test.helper.js';

const started = new Set<{ kill: (signal: 'SIGKILL') => boolean }>();
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

/** Starts `holdfast auth watch`, and returns once it has seen the file as it is now. */
async function startWatch(user: User, flags: string[] = []) {
  const child = execa(process.execPath, [command, 'auth', 'watch', ...flags], {
    env: user.env,
    reject: false,
    timeout: patienceMs,
  });
  started.add(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  await new Promise((resolve) => child.stderr.once('data', resolve));
  return {
    child,
    line: async () => (await lines.next()).value as string,
    end: async () => {
      child.kill('SIGINT');
      return child;
    },
  };
}

describe('watch', () => {
  it('watch prints the names of entries that other processes change, and no values', async () => {
    const user = newUser();
    const watch = await startWatch(user);
    await user.auth(['set', 'first'], `${canary}-1`);
    expect(await watch.line()).toBe('changed first');
    await user.auth(['set', 'second'], `${canary}-2`);
    expect(await watch.line()).toBe('changed second');
    await user.auth(['set', 'first'], `${canary}-3`);
    expect(await watch.line()).toBe('changed first');
    await user.auth(['remove', 'second']);
    expect(await watch.line()).toBe('removed second');
    const { stdout, stderr } = await watch.end();
    expect(stdout + stderr).not.toContain(canary);
  });

  it('watch --json prints the changes of any program, one JSON object a line', async () => {
    const user = newUser();
    user.writeFile(sample);
    const watch = await startWatch(user, ['--json']);
    const { never: _, ...rest } = sample;
    user.writeFile({ ...rest, anthropic: 'new' });
    expect(JSON.parse(await watch.line())).toEqual({ change: 'changed', provider: 'anthropic' });
    expect(JSON.parse(await watch.line())).toEqual({ change: 'removed', provider: 'never' });
    await watch.end();
  });

  it('watch goes on when the file is removed and created again', async () => {
    const user = newUser();
    user.writeFile({ a: 1 });
    const watch = await startWatch(user);
    unlinkSync(user.file);
    expect(await watch.line()).toBe('removed a');
    user.writeFile({ a: 1 });
    expect(await watch.line()).toBe('changed a');
    await watch.end();
  });

  it('watch prints nothing for an unreadable file, and goes on', async () => {
    const user = newUser();
    user.writeFile({ a: 1 });
    const watch = await startWatch(user);
    user.writeFile(`{"a": "${canary}`);
    await aWhile(500);
    user.writeFile({ a: 2 });
    expect(await watch.line()).toBe('changed a');
    const { stdout, stderr } = await watch.end();
    expect(stdout + stderr).not.toContain(canary);
  });

  it('watch runs until it is interrupted, and then exits with 130', async () => {
    const watch = await startWatch(newUser());
    const { exitCode, signal } = await watch.end();
    expect([exitCode, signal]).toEqual([130, undefined]);
  });
});
