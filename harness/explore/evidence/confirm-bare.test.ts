import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { long, nightly } from '../../../src/tiers.test.helper.js';
import { until } from '../../../src/waiting.test.helper.js';
import { confirmBare, explore, fixture, needsStrace } from '../explore.test.helper.js';

/** What a search of a target finds first. */
async function foundIn(target: string, clients?: string[]) {
  const { failures } = await explore({ target, executor: 'sim', ...(clients && { clients }) });
  const [failure] = failures;
  if (!failure) throw new Error('nothing was found');
  return failure;
}

/** By `strace`, where it is there, `stress --explain` does the same in its own test. */
describe.concurrent('the confirmation without the gate', () => {
  const confirm = async (found: string, target: string) =>
    confirmBare({ ...(await foundIn(found)), target }, undefined, 'preload');

  // Their short twin is the call that a target makes while it is opened.
  it.each([
    ['naive', "process A's write of data/opencode/auth.json"],
    ['rename-only', "process A's rename of data/opencode/auth.json"],
  ])('%s loses an update with one delayed call, as the search said', long, async (target, call) => {
    const told = await confirm(target, target);
    expect(told).toContain(`with nothing but ${call} delayed (by itself, as there is no strace)`);
    expect(told).toMatch(/: lost in 3 of 3 runs\.$/);
  });

  it('a store with a lock loses nothing when the same call is delayed', long, async () => {
    expect(await confirm('rename-only', 'textbook')).toMatch(/: lost in 0 of 3 runs\.$/);
  });
});

const opensLate = fixture('opens-late.mjs');
const clients = ['get a', 'set b'];

it('a call that a target makes while it is opened can be the late one', async () => {
  const told = await confirmBare(await foundIn(opensLate, clients), undefined, 'preload');
  expect(told).toContain("process A's rename of data/opencode/auth.json delayed");
  expect(told).toMatch(/: lost in 3 of 3 runs\.$/);
});

// A process that is held is ended in the short test below.
it.each(['preload', 'strace'] as const)(
  'processes that never end are waited for no longer than others, and none is left: %s',
  nightly,
  async (holder) => {
    if (holder === 'strace') needsStrace();
    const target = `${opensLate}?way=lingers`;
    const told = await confirmBare({ ...(await foundIn(opensLate, clients)), target }, undefined, holder);
    expect(told).toMatch(/: lost in 3 of 3 runs\.$/);
    await until(() => processesWith('opens-late.mjs?way=lingers').length === 0);
  },
);

/** The numbers of the processes that have a text in their environment. */
function processesWith(text: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text);
    } catch {
      // It has ended, or belongs to another user.
      return false;
    }
  });
}

describe('a call that is held by its own process', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'holdfast-held-'));
  const [from, to, released] = ['from', 'to', 'released'].map((name) => path.join(root, name)) as [
    string,
    string,
    string,
  ];
  const preload = fileURLToPath(
    new URL('../../../dist/harness/explore/gate/hold-preload.js', import.meta.url),
  );
  afterAll(async () => {
    writeFileSync(released, '');
    await until(() => !existsSync(from));
    rmSync(root, { recursive: true });
  });

  it('it is made as soon as the process is gone that would release it', async () => {
    writeFileSync(from, '');
    const reached = path.join(root, 'reached');
    const held = JSON.stringify({ call: 'rename', when: 1, root, reached, released }).slice(0, -1);
    // The shell starts it, waits until it has come to the call, and ends.
    const script = `HOLDFAST_HOLD='${held},"starter":'$$'}' "$0" --import "$1" -e 'fs.renameSync("${from}", "${to}")' &
      while ! [ -e "${reached}" ]; do kill -0 $! || exit 1; done; ! [ -e "${to}" ]`;
    const { status } = spawnSync('sh', ['-c', script, process.execPath, preload], { stdio: 'ignore' });
    expect(status).toBe(0);
    await until(() => existsSync(to));
  });
});
