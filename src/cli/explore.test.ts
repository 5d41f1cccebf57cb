import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Exploration, Replayed } from '../../harness/index.js';
import { holdfast, newDirectory, processesIn } from './command.test.helper.js';

describe('holdfast explore', () => {
  it('tells a lost update as a table, keeps its schedule, and replay runs it again', async () => {
    const cwd = newDirectory();
    const found = await holdfast(['explore', '--target', 'rename-only'], { cwd });
    expect(found.exitCode).toBe(1);
    expect(found.stdout).toMatch(
      /\*\*lost-update\*\*: B\.0\.0 set "k1" \(acknowledged at T13\) and it was gone by T14/,
    );
    expect(found.stdout).toContain('v2 -> v3 by A removed k1, based on v1');
    expect(found.stdout).toMatch(
      /\| T14 \| rename auth\.json\.\d+-0\.tmp -> auth\.json +\| +\| v3 \{anthropic, k0\} \(without k1\) \|/,
    );
    expect(found.stdout).toMatch(
      /It fails because B's "open auth\.json to read" \(T7, .*naive\.js:\d+\) comes before A's "rename/,
    );
    const [, id = ''] = /Again: .* (rename-only-[0-9a-f]{8})$/m.exec(found.stdout) ?? [];

    const again = await holdfast(['replay', id], { cwd });
    expect([again.exitCode, again.stdout]).toEqual([1, expect.stringContaining('in 2 of 2 runs')]);
    const other = await holdfast(['replay', id, '--target', 'hardened', '--json'], { cwd });
    expect(other.exitCode).toBe(0);
    expect(JSON.parse(other.stdout) as Replayed).toMatchObject({ result: 'valid', target: 'hardened' });

    const kept = path.join(cwd, 'reports', 'explore', 'schedules');
    expect(readdirSync(kept)).toEqual([`${id}.json`]);
    expect(readFileSync(path.join(kept, `${id}.json`), 'utf8')).not.toContain('made-up');
    expect(processesIn(cwd)).toEqual([]);
  });

  it('says how much of a store it has tried, and found nothing in', async () => {
    const { exitCode, stdout } = await holdfast([
      'explore',
      '--clients',
      'set a | get a',
      '--preemptions',
      '1',
      '--json',
    ]);
    const [found] = JSON.parse(stdout) as Exploration[];
    expect(found).toMatchObject({
      target: 'hardened',
      program: 'set a | get a',
      exhausted: true,
      result: 'valid',
      failures: [],
    });
    expect(exitCode).toBe(0);
  });

  it('is not exhausted where it was cut off', async () => {
    const { exitCode, stdout } = await holdfast(['explore', '--schedules', '3']);
    expect(stdout).toContain('not all of them tried');
    expect(exitCode).toBe(0);
  });

  it.each([
    [['explore', '--target', 'naiv'], 2, 'did you mean "naive"?'],
    [['explore', '--clients', 'fly a'], 2, '"fly a" is no operation'],
    [['explore', '--clients', 'set a |'], 2, 'client 2 does nothing'],
    [['explore', '--strategy', 'pct', '--preemptions', '1'], 2, 'a bound on preemptions is for dfs'],
    [['explore', '--processes', '99'], 2, 'from 1 to 8'],
    [['replay', 'nothing-00000000'], 4, 'no schedule "nothing-00000000"'],
    [['replay', 'package.json'], 4, 'no schedule'],
  ])('%s: exit code %i', async (args, code, message) => {
    const { exitCode, stderr } = await holdfast(args);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(message)]);
  });

  it('leaves nothing behind, even when it is interrupted', async () => {
    const before = leftIn('/dev/shm');
    const running = holdfast(['explore', '--preemptions', '3']);
    setTimeout(() => running.kill('SIGINT'), 2500);
    const { exitCode } = await running;
    expect(exitCode).toBe(130);
    expect(leftIn('/dev/shm').filter((name) => !before.includes(name))).toEqual([]);
  });
});

function leftIn(directory: string): string[] {
  return existsSync(directory)
    ? readdirSync(directory).filter((name) => name.startsWith('holdfast-explore-'))
    : [];
}
