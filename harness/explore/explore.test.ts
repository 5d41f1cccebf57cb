import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Exploration } from './evidence/exploration.js';
import type { ExploreOptions } from './explore.js';
import { explore, fixture, replaySchedule } from './explore.test.helper.js';

/**
 * How far the hardened store is searched in each way. Without it, only to 0 or 1 preemptions:
 *
 *     HOLDFAST_PREEMPTIONS=3 npx vitest run harness/explore/explore.test.ts -t hardened
 */
const preemptionsMax =
  process.env.HOLDFAST_PREEMPTIONS === undefined ? undefined : Number(process.env.HOLDFAST_PREEMPTIONS);

const hasStrace = spawnSync('strace', ['-f', 'true']).status === 0;

const kindsOf = ({ failures }: Exploration) => failures.map(({ kind }) => kind).sort();

describe('a search of small programs', () => {
  it('tries as many interleavings of two sets as there are, 14 over 7', async () => {
    const whole = await explore({ target: 'naive', strategy: 'dfs', prune: false, stopAtFirst: false });
    expect(whole).toMatchObject({ executions: 3432, exhausted: true, result: 'invalid' });
    const reduced = await explore({ target: 'naive', stopAtFirst: false });
    expect(reduced.executions).toBeLessThan(whole.executions / 10);
    expect(reduced).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
    expect(kindsOf(reduced)).toEqual(kindsOf(whole));
  });

  it.each([
    ['rename-only', ['set a', 'get a']],
    ['strict-read', ['get a', 'set a']],
    [fixture('../../stress/fixtures/stolen-lock.mjs'), ['get a', 'set a']],
  ])('finds in %s (%s), reduced or pruned, the outcomes that there are', async (target, clients) => {
    const [whole, ...others] = await Promise.all([
      explore({ target, clients, strategy: 'dfs', prune: false, stopAtFirst: false }),
      explore({ target, clients, strategy: 'dfs', stopAtFirst: false }),
      explore({ target, clients, strategy: 'dpor', stopAtFirst: false }),
    ]);
    for (const other of others) {
      expect(other).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
      expect(other.executions).toBeLessThan(whole.executions / 4);
      expect(kindsOf(other)).toEqual(kindsOf(whole));
    }
  });
});

describe('a search of small programs with faults', () => {
  it.each([{ crash: true }, { steal: true }])(
    'finds, reduced or pruned, the outcomes that there are: %j',
    async (faults) => {
      const options = {
        target: 'rename-only',
        clients: ['set a', 'get a'],
        stopAtFirst: false,
        ...faults,
      } as const;
      const whole = await explore({ ...options, strategy: 'dfs', prune: false, threads: 2 });
      for (const strategy of ['dfs', 'dpor'] as const) {
        const found = await explore({ ...options, strategy });
        expect(found).toMatchObject({ exhausted: true, outcomes: whole.outcomes });
        expect(found.executions).toBeLessThan(whole.executions / 4);
      }
    },
  );
});

describe('every store that ships with a bug is found out', () => {
  it.each([
    ['naive', 'lost-update'],
    ['in-process-lock', 'lost-update'],
    ['rename-only', 'lost-update'],
    ['strict-read', 'torn-read'],
    [`${fixture('../../stress/fixtures/stolen-lock.mjs')}?leaseMs=1`, 'lost-update'],
  ])('%s: %s', async (target, kind) => {
    const { failures } = await explore({ target, stopAtFirst: false });
    const failure = failures.find((one) => one.kind === kind);
    expect(failure?.replayed).toEqual({ same: 2, of: 2 });
    expect(failure?.rows.every(({ site }) => site === undefined || /\.m?js:\d+$/.test(site))).toBe(true);
  });

  it('a lost update is told with its eraser, the two calls whose order decides, and their lines', async () => {
    const { failures, audited } = await explore({ target: 'rename-only' });
    expect(audited).toBe(hasStrace);
    expect(failures).toMatchObject([
      {
        ...{ kind: 'lost-update', schedule: '0x6 1x7', program: 'set k0 | set k1' },
        eraser: 'v2 -> v3 by A removed k1, based on v1',
        pair: {
          early: { client: 1, text: 'open auth.json to read', site: expect.stringMatching(/naive\.js:\d+$/) },
          late: { client: 0, site: expect.stringMatching(/rename-only\.js:\d+$/) },
        },
      },
    ]);
  });

  it('a reader that is no client finds the file half-written', async () => {
    const { failures } = await explore({ target: 'naive', clients: ['set a', 'look'] });
    expect(failures).toMatchObject([
      { kind: 'torn-file', program: 'set a | look', sentence: expect.stringContaining('it is empty') },
    ]);
  });

  it('what was found in a crowd is made small', async () => {
    const clients = ['get a, set b', 'all, set c, remove a', 'set d, get d'];
    const { failures } = await explore({
      target: 'rename-only',
      clients,
      strategy: 'random',
      schedules: 50,
    });
    const [failure] = failures;
    const operations = failure?.program.split(/[|,]/).length;
    expect(failure?.kind).toBe('lost-update');
    expect(operations).toBeLessThanOrEqual(3);
    expect(failure?.rows.length).toBeLessThan(failure?.found.steps ?? 0);
  });
});

describe('what goes wrong on purpose', () => {
  it('two take over the lock that a killed process has left: the unmodified proper-lockfile, its issue 121', async () => {
    const clients = ['set a', 'set b', 'set c'];
    const { failures } = await explore({ target: 'textbook', clients, abandoned: true });
    expect(failures).toMatchObject([
      { kind: 'lost-update', schedule: expect.stringMatching(/^0 k0 w0 /), replayed: { same: 2, of: 2 } },
    ]);
    const calls = failures[0]?.calls.filter((call) =>
      /(rmdir|mkdir) data\/opencode\/auth\.json\.lock$/.test(call),
    );
    expect(calls?.slice(0, 5).map((call) => call.split(' ', 2).join(' '))).toEqual([
      'A mkdir',
      'C rmdir',
      'C mkdir',
      'B rmdir',
      'B mkdir',
    ]);
  });

  it('whoever is killed in textbook leaves a file that nobody sweeps', async () => {
    const { failures } = await explore({
      target: 'textbook?stale=2000',
      strategy: 'dfs',
      preemptions: 0,
      crash: true,
    });
    expect(failures).toMatchObject([{ kind: 'leftover', schedule: expect.stringMatching(/k\d$/) }]);
  });

  it('whoever comes after a crash in lease-dir waits until its heartbeat is too old', async () => {
    const { longestWait } = await explore({
      ...{ target: 'lease-dir?stale=2000', preemptions: 0, crash: true, stopAtFirst: false },
    });
    expect(longestWait.ms).toBeGreaterThanOrEqual(1999);
    expect(longestWait.schedule).toMatch(/k\d/);
  });

  it('whoever is stopped in lease-dir for longer than its heartbeat lasts writes all the same', async () => {
    const { failures } = await explore({ target: 'lease-dir', preemptions: 0, steal: true });
    expect(failures).toMatchObject([
      {
        kind: 'lost-update',
        schedule: expect.stringMatching(/p\d/),
        sentence: expect.stringContaining('after a pause'),
      },
    ]);
  });

  it('a disk that is full when naive has cut its file to nothing loses all entries', async () => {
    const options = {
      target: 'naive',
      clients: ['set a'],
      errno: true,
      strategy: 'dfs',
      stopAtFirst: false,
    } as const;
    const { failures } = await explore(options);
    expect(failures.map(({ kind, schedule }) => [kind, schedule])).toEqual([['lost-seed', '0x4 f0:ENOSPC']]);
  });

  it.each([{}, { crash: true }, { steal: true }, { errno: true }, { abandoned: true }])(
    'the hardened store holds, to a small bound: %j',
    async (faults) => {
      const isLong = 'steal' in faults || 'crash' in faults || 'errno' in faults;
      const preemptions = preemptionsMax ?? (isLong ? 0 : 1);
      // An error at any of one's own calls has little to do with others: five times as many executions for each client.
      const clients = 'errno' in faults && preemptionsMax === undefined ? ['set a'] : ['set a', 'set b'];
      const strategy = isLong ? 'dpor' : 'dfs';
      // A pause is longer than any lease, and who waits for a short one looks less often.
      const target = 'steal' in faults ? 'hardened?leaseMs=20' : 'hardened';
      const found = await explore({ target, clients, strategy, preemptions, ...faults });
      expect(found.failures.map(({ kind, sentence, schedule }) => [kind, sentence, schedule])).toEqual([]);
      expect(found).toMatchObject({ result: 'valid', exhausted: true, audited: hasStrace });
      expect(found.executions).toBeGreaterThan(10);
      // Nobody waits for the dead.
      if ('crash' in faults) expect(found.longestWait.ms).toBeLessThan(100);
    },
    3_600_000,
  );
});

describe('a program that is no store', () => {
  const misbehaving = (way: string, more: ExploreOptions = {}) =>
    explore({ target: fixture('misbehaves.mjs'), clients: [`get ${way}`], ...more });

  it.each([
    ['waits-for-nothing', 'deadlock', 'A waits for nothing'],
    ['tries-for-ever', 'livelock', 'A waits for a timer'],
    ['rejects-unheard', 'crashed', 'Error: nobody listens'],
    ['ends-itself', 'crashed', 'it ended itself with code 3'],
  ])('that %s is a %s', async (way, kind, reason) => {
    const { result, failures } = await misbehaving(way);
    expect([result, failures[0]?.kind]).toEqual(['invalid', kind]);
    expect(failures[0]?.sentence).toContain(reason);
  });

  it.each([
    ['starts-a-process', 'uncontrolled', 'it starts another process, spawn(true)'],
    ['starts-a-thread', 'uncontrolled', 'it starts a worker thread'],
  ])('that %s can not be explored, and nothing is concluded', async (way, why, reason) => {
    const {
      result,
      cause,
      reason: told,
      failures,
    } = await explore({
      ...{
        target: fixture('misbehaves.mjs'),
        clients: [`get ${way}`, 'get a'],
        strategy: 'random',
        schedules: 4,
      },
    });
    expect([result, cause, failures]).toEqual(['unknown', why, []]);
    expect(told).toContain(reason);
  });

  it.each([
    [
      'no-open.mjs',
      '',
      'the target has no function "open"; it exports close; expected: export function open(file)',
    ],
    ['no-store.mjs', '?how=throws', 'its open() failed: Error: no connection'],
    ['no-store.mjs', '?how=rejects', 'its open() failed: Error: no connection'],
    ['no-store.mjs', '?how=nothing', 'open() returned undefined, expected a store'],
    ['no-store.mjs', '?how=partial', 'open() returned a store without all, remove'],
  ])('because it opens none breaks no guarantee: %s%s', async (name, query, reason) => {
    const found = await explore({ target: `${fixture(name)}${query}` });
    expect([found.result, found.cause, found.failures]).toEqual(['unknown', 'uncontrolled', []]);
    expect(found.reason).toContain(reason);
  });

  it('that is not deterministic, and fails each time, is told as it is', async () => {
    const clients = ['get is-not-deterministic', 'get a'];
    const { result, cause, reason, failures } = await misbehaving('', {
      ...{ clients, strategy: 'random', schedules: 4 },
    });
    expect([result, cause]).toEqual(['invalid', 'nondeterministic']);
    expect(reason).toContain('led elsewhere: at step');
    expect(failures).toMatchObject([{ kind: 'leftover', unconfirmed: { isExplained: false } }]);
  });

  it('that changes files by a way that nobody can stop is seen by strace', async () => {
    const { result, reason, audited } = await explore({
      target: fixture('blind-spot.mjs'),
      clients: ['get a'],
    });
    expect([result, audited, reason]).toEqual(
      hasStrace
        ? ['unknown', true, expect.stringContaining('open data/opencode/native.json')]
        : ['unknown', false, expect.stringContaining('alone in a process it is no store')],
    );
  });

  it('that never stops is ended, and stuck', async () => {
    const { failures } = await misbehaving('never-stops', { patienceMs: 2000 });
    expect(failures).toMatchObject([{ kind: 'stuck', sentence: 'A does not come to a stop' }]);
  });
});

describe('a schedule', () => {
  it('makes the same calls and comes to the same end in 100 of 100 runs, and holds on another store', async () => {
    const { failures } = await explore({ target: 'naive' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    expect(await replaySchedule(failure, { times: 100 })).toMatchObject({
      result: 'invalid',
      same: 100,
      of: 100,
      kind: 'lost-update',
    });
    expect(await replaySchedule(failure, { target: 'hardened' })).toMatchObject({
      result: 'valid',
      same: 2,
      of: 2,
    });
  });

  it('that leads to other calls than it did says which is the first', async () => {
    const { failures } = await explore({ target: 'naive' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    const calls = failure.calls.map((call, index) =>
      index === 2 ? 'A unlink data/opencode/auth.json' : call,
    );
    const { result, divergence } = await replaySchedule({ ...failure, calls });
    expect(result).toBe('unknown');
    expect(divergence).toBe(
      'at step 3 "A close data/opencode/auth.json" instead of "A unlink data/opencode/auth.json"',
    );
  });
});
