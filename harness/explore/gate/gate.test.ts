import { describe, expect, it } from 'vitest';
import { follow, optionsFor, poolFor } from '../explore.test.helper.js';
import { parseSchedule } from '../schedule/action.js';

/** The calls that one client makes, in its order, without the file's directory. */
function callsIn(steps: NonNullable<ReturnType<typeof follow>>['steps']): string[] {
  return steps.map(({ call, path, end }) => {
    if (!call) return 'wakes';
    const name = path?.replace('data/opencode', '').replace(/^\//, '') ?? '';
    return [call.call, name, end?.errno].filter(Boolean).join(' ');
  });
}

const reading = ['open auth.json', 'read auth.json', 'close auth.json'];
const writing = ['open auth.json', 'write auth.json', 'close auth.json'];

const ways: Record<string, string[]> = {
  sync: [...reading, ...writing],
  promise: [...reading, ...writing],
  callback: ['stat auth.json'],
  promisified: ['access auth.json'],
  handle: ['open auth.json', 'fstat auth.json', 'read auth.json', 'ftruncate auth.json', 'close auth.json'],
  readStream: ['open auth.json', 'read auth.json', 'read auth.json', 'close auth.json'],
  writeStream: ['open auth.json.new', 'write auth.json.new', 'close auth.json.new'],
  graceful: ['readdir'],
  kept: ['rename auth.json'],
  recursive: [
    ...['mkdir auth.json.d/a ENOENT', 'mkdir auth.json.d', 'mkdir auth.json.d/a'],
    ...['lstat auth.json.d', 'readdir auth.json.d', 'lstat auth.json.d/a', 'readdir auth.json.d/a'],
    ...['rmdir auth.json.d/a', 'rmdir auth.json.d'],
  ],
  watch: ['watch auth.json', ...writing, 'wakes', 'unwatch'],
  both: ['stat auth.json', 'access auth.json'],
  lives: ['alive'],
  sleep: ['wakes'],
};

describe('the calls of the file system at the gate', async () => {
  const pools = { reused: await poolFor('every-way.mjs'), fresh: await poolFor('every-way.mjs', true) };

  const expectSteps = (pool: (typeof pools)['fresh'], program: string, expected: string[]) => {
    const done = follow(pool, optionsFor(program), [], false);
    expect(done?.events.filter(({ type }) => type === 'fail' || type === 'unknown')).toEqual([]);
    expect(done?.ending).toBe('done');
    expect(callsIn(done?.steps ?? [])).toEqual(expected);
  };

  it.each(Object.entries(ways))('every call is a step, whichever way it is made: %s', (way, expected) =>
    expectSteps(pools.reused, `set ${way}`, expected),
  );

  it('every call of a new process, which imports the target as it is, is a step, whichever way it is made', () => {
    // The file is gone after its rename.
    const { kept = [], ...others } = ways;
    const all = [...Object.entries(others), ['kept', kept] as const];
    expectSteps(
      pools.fresh,
      all.map(([way]) => `set ${way}`).join(', '),
      all.flatMap(([, calls]) => calls),
    );
  });
});

it('two concurrent calls of one process may be made in either order', async () => {
  const pool = await poolFor('every-way.mjs');
  const inOrder = follow(pool, optionsFor('set both'), parseSchedule('0 0'), false);
  const reversed = follow(pool, optionsFor('set both'), parseSchedule('0.1 0'), false);
  expect(callsIn(inOrder?.steps ?? [])).toEqual(ways.both);
  expect(callsIn(reversed?.steps ?? [])).toEqual(ways.both?.toReversed());
});

it('a sleep advances the virtual clock, and another client goes on meanwhile', async () => {
  const pool = await poolFor('every-way.mjs');
  const done = follow(pool, optionsFor('set sleep, set callback | set callback'), [], false);
  expect(done?.steps.map(({ client, now }) => [client, (now - 1e12) / 1e9])).toEqual([
    [1, 0],
    [0, 60],
    [0, 60],
  ]);
});

describe('the isolation of executions', async () => {
  it('an execution in the same processes finds nothing of the one before it', async () => {
    const pool = await poolFor('leaks.mjs');
    const results = [1, 2, 3].map(() => {
      const done = follow(pool, optionsFor('all'), [], false);
      return done?.events.find(({ type }) => type === 'fail');
    });
    expect(results[0]).toMatchObject({
      error: expect.stringContaining('{"module":0,"listeners":0,"umask":'),
    });
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
