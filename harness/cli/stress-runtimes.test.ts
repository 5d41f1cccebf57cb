import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import { readRuns } from '../history/read.js';
import type { HistoryEvent, Report } from '../index.js';
import { fixture, holdfast, holdfastWarm, newDirectory } from './command.test.helper.js';

/** What `.ci/runtimes/install` has brought comes before what is on the PATH. */
const ours = fileURLToPath(new URL('../../.ci/runtimes/bin', import.meta.url));
const places = [ours, ...(process.env.PATH ?? '').split(path.delimiter)];
const isThere = (name: string) => places.some((place) => existsSync(path.join(place, name)));
const missing = ['bun', 'deno'].filter((name) => !isThere(name));
const reason =
  missing.length > 0 ? ` (skipped: no ${missing.join(', no ')}; .ci/runtimes/install brings it)` : '';
if (reason) process.stderr.write(`clients on other runtimes${reason}\n`);

async function run(target: string, runtime: string) {
  const cwd = newDirectory();
  const flags = [
    '--target',
    target,
    '--runtime',
    runtime,
    '--clients',
    'tui=3',
    '--duration',
    '4s',
    '--no-controls',
  ];
  const { exitCode, stdout } = await holdfast(
    ['stress', '--scenario', 'two-terminals', ...flags, '--json', '--out', 'run'],
    { cwd, env: { PATH: places.join(path.delimiter) } },
  );
  const [judged] = (JSON.parse(stdout) as Report).scenarios;
  const events: HistoryEvent[] = [];
  for await (const run of readRuns(path.join(cwd, 'run', 'history.jsonl'))) events.push(...run);
  const starts = events.filter((event) => event.type === 'start');
  const clients = starts.filter(({ client }) => client.startsWith('tui'));
  return { exitCode, judged, runtimes: new Set(clients.map(({ runtime }) => runtime?.split(' ')[0])) };
}

describe.skipIf(missing.length > 0)(`clients on other runtimes${reason}`, long, () => {
  it.each([
    ['bun', ['bun']],
    ['deno', ['deno']],
    ['mixed', ['bun', 'deno', 'node']],
  ])(
    'on %s the hardened store loses nothing, and the report names the runtime',
    async (runtime, expected) => {
      const { exitCode, judged, runtimes } = await run('hardened', runtime);
      expect(judged).toMatchObject({ result: 'valid', runtime, counts: { lost: 0, torn: 0 } });
      expect(judged?.reproduce).toContain(`--runtime ${runtime}`);
      expect([...runtimes].sort()).toEqual(expected);
      expect(exitCode).toBe(0);
    },
  );

  it('on mixed runtimes a token that one process deletes is refused by the others', async () => {
    const { exitCode, stdout } = await holdfast(
      [
        ...['stress', '--scenario', 'token-revocation', '--clients', 'issuer=3,verifier=3', '--json'],
        ...['--runtime', 'mixed', '--duration', '4s', '--no-controls'],
      ],
      { cwd: newDirectory(), env: { PATH: places.join(path.delimiter) } },
    );
    const [judged] = (JSON.parse(stdout) as Report).scenarios;
    expect(judged?.violations).toEqual([]);
    expect(exitCode).toBe(0);
  });

  it.each(['bun', 'deno', 'mixed'])('on %s the losses of the naive store are found', async (runtime) => {
    const { exitCode, judged } = await run('naive', runtime);
    expect(judged?.counts.lost).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });
});

describe("what a runtime can't do", () => {
  it.each([
    ['bun', 'npm install --global bun'],
    ['deno', 'npm install --global deno'],
    ['mixed', 'npm install --global'],
  ])(
    'a runtime that is not installed is refused with the command that installs it: %s',
    async (runtime, install) => {
      const { exitCode, stderr } = await holdfastWarm(['stress', '--runtime', runtime], {
        env: { PATH: newDirectory() },
      });
      expect(stderr).toContain('is not on the PATH; install it: ');
      expect(stderr).toContain(install);
      expect(exitCode).toBe(2);
    },
  );

  it('an unknown runtime is refused with the known ones', async () => {
    const { exitCode, stderr } = await holdfastWarm(['stress', '--runtime', 'nodejs']);
    expect(stderr).toContain('Allowed choices are node, bun, deno, mixed');
    expect(exitCode).toBe(2);
  });

  it('a scenario with a fault that only Node can arm is refused on another runtime', async () => {
    const { exitCode, stderr } = await holdfastWarm(['stress', '--runtime', 'deno', '--scenario', 'pause']);
    expect(stderr).toContain(`scenario "pause": a client on deno can't be stopped right before its commit`);
    expect(exitCode).toBe(2);
  });

  it('a target in TypeScript is refused on another runtime than Node', async () => {
    const target = path.join(newDirectory(), 'mine.ts');
    writeFileSync(target, `export { open } from ${JSON.stringify(fixture('loose.mjs'))};`);
    const { exitCode, stderr } = await holdfastWarm(['stress', '--runtime', 'bun', '--target', target]);
    expect(stderr).toContain('is TypeScript, which is loaded on Node only');
    expect(exitCode).toBe(2);
  });
});
