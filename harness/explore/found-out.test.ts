import { describe, expect, it } from 'vitest';
import { atLeast } from '../../src/amount.test.helper.js';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import { explore, fixture, needsStrace, searchSimulated } from './explore.test.helper.js';
import { summaryOf } from './report/summary.js';
import { printSchedule } from './schedule/action.js';
import type { ExploreOptions } from './search/explore-options.js';

/**
 * How far the hardened store is searched in each way. Without it, only to 0 or 1 preemptions:
 *
 *     HOLDFAST_PREEMPTIONS=3 npx vitest run harness/explore/found-out.test.ts -t hardened
 */
const preemptionsMax = (usual: number) => atLeast(usual, 'HOLDFAST_PREEMPTIONS');
const isDeep = preemptionsMax(0) > 0;

describe('the stores that ship with a bug', () => {
  const found = [
    ['naive', 'lost-update'],
    ['in-process-lock', 'lost-update'],
    ['rename-only', 'lost-update'],
    ['strict-read', 'torn-read'],
    [`${fixture('../../stress/fixtures/stolen-lock.mjs')}?leaseMs=1`, 'lost-update'],
  ] as const;

  eachInTiers(found, 2)('the search finds the bug of %s: %s', async (target, kind) => {
    const { failures } = await searchSimulated({ target, stopAtFirst: false });
    expect(failures.map((one) => one.kind)).toContain(kind);
  });

  // The short twin is the lost update below.
  it.each(found)('the search among real processes finds the bug of %s: %s', long, async (target, kind) => {
    const { failures } = await explore({ target, stopAtFirst: false });
    const failure = failures.find((one) => one.kind === kind);
    expect(failure?.replayed).toEqual({ same: 2, of: 2 });
    expect(failure?.rows.every(({ site }) => site === undefined || /\.(ts|mjs):\d+$/.test(site))).toBe(true);
  });

  it('a lost update is reported with its eraser, the two calls whose order decides, and their lines', async () => {
    const { failures, audited } = await explore({ target: 'rename-only' });
    expect(failures).toMatchObject([
      {
        ...{ kind: 'lost-update', schedule: '0x6 1x7', program: 'set k0 | set k1' },
        eraser: 'v2 -> v3 by A removed k1, based on v1',
        pair: {
          early: { client: 1, text: 'open auth.json to read', site: expect.stringMatching(/naive\.ts:\d+$/) },
          late: { client: 0, site: expect.stringMatching(/rename-only\.ts:\d+$/) },
        },
      },
    ]);
    needsStrace();
    expect(audited).toBe(true);
  });

  it('a reader that is no client finds the file of the naive store half-written', async () => {
    const { failures } = await searchSimulated({ target: 'naive', clients: ['set a', 'look'] });
    expect(failures).toMatchObject([{ kind: 'torn-file', sentence: expect.stringContaining('it is empty') }]);
  });

  it('a failure of many clients is reduced to at most three operations', long, async () => {
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

describe('a search with faults', () => {
  // The short twins of these and of the pause below are the same schedules in corpus.test.ts.
  it(
    'two processes of textbook take over the lock of a killed one: issue 121 of proper-lockfile',
    long,
    async () => {
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
    },
  );

  it('a killed process of textbook leaves a file that is never removed', long, async () => {
    const { failures } = await explore({
      target: 'textbook?stale=2000',
      strategy: 'dfs',
      preemptions: 0,
      crash: true,
    });
    expect(failures).toMatchObject([{ kind: 'leftover', schedule: expect.stringMatching(/k\d$/) }]);
  });

  it('a process that comes after a crash in lease-dir waits until the heartbeat is too old', async () => {
    const { longestWait } = await searchSimulated({
      ...{ target: 'lease-dir?stale=2000', clients: ['set a', 'get a'], preemptions: 0, crash: true },
      stopAtFirst: false,
    });
    expect(longestWait.ms).toBeGreaterThanOrEqual(1999);
    expect(longestWait.schedule).toMatch(/k\d/);
  });

  it(
    'a process of lease-dir that is stopped for longer than its heartbeat lasts writes all the same',
    long,
    async () => {
      const { failures } = await explore({ target: 'lease-dir', preemptions: 0, steal: true });
      expect(failures).toMatchObject([
        {
          kind: 'lost-update',
          schedule: expect.stringMatching(/p\d/),
          sentence: expect.stringContaining('after a pause'),
        },
      ]);
    },
  );

  const fullDisk: ExploreOptions = {
    ...{ target: 'naive', clients: ['set a'], errno: true, stopAtFirst: false },
    strategy: 'dfs',
  };

  it('a disk that is full when naive has truncated its file loses all entries', async () => {
    const { failures } = await searchSimulated(fullDisk);
    const found = failures.map(({ kind, actions }) => [kind, printSchedule(actions)]);
    expect(found).toEqual([['lost-seed', expect.stringContaining('f0:ENOSPC')]]);
  });

  it('a full disk that loses all entries is confirmed by real processes', long, async () => {
    const { failures } = await explore({ ...fullDisk, executor: 'sim' });
    expect(failures.map(({ kind, schedule }) => [kind, schedule])).toEqual([['lost-seed', '0x4 f0:ENOSPC']]);
  });

  it('one execution, in which nothing was interleaved, is inconclusive, also of a store that loses', async () => {
    const options = { target: 'rename-only', executor: 'sim', schedules: 1 } as const;
    const found = await explore(options);
    expect(found).toMatchObject({ result: 'unknown', cause: 'short', executions: 1, failures: [] });
    expect(summaryOf(found).at(-1)).toContain(
      'Inconclusive. It is not all there is to see (short): only one',
    );
  });

  it('a search that ended early says so beside its verdict', async () => {
    const found = await explore({ target: 'hardened', executor: 'sim', schedules: 3 });
    expect(found).toMatchObject({ result: 'valid', executions: 3, exhausted: false });
    expect(summaryOf(found).at(-1)).toBe('No execution broke a guarantee. Not all of them were tried.');
  });

  it('the hardened store loses nothing within a small bound', async () => {
    const found = await searchSimulated({ target: 'hardened', preemptions: 1 });
    expect(found).toMatchObject({ exhausted: true, failures: [] });
    expect(found.executions).toBeGreaterThan(10);
  });

  // The short twin is the lost update above, which is audited as well.
  it('strace sees no call of the hardened store that was not stopped', long, async () => {
    needsStrace();
    const options = { target: 'hardened', strategy: 'random', schedules: 1 } as const;
    expect(await explore(options)).toMatchObject({ result: 'valid', audited: true });
  });

  // Kills and pauses are short in protocol.test.ts, kills in choices.test.ts, and errors in src/store/file/commit/crash.test.ts.
  type Faults = Pick<ExploreOptions, 'crash' | 'steal' | 'errno' | 'abandoned'>;
  const losesNothing = async (faults: Faults) => {
    const isLong = 'steal' in faults || 'crash' in faults || 'errno' in faults;
    const preemptions = preemptionsMax(isLong ? 0 : 1);
    // An error at any of one's own calls has little to do with others: five times as many executions for each client.
    const clients = 'errno' in faults && !isDeep ? ['set a'] : ['set a', 'set b'];
    const strategy = isLong ? 'dpor' : 'dfs';
    // A pause is longer than any lease, and who waits for a short one looks less often.
    const target = 'steal' in faults ? 'hardened?leaseMs=20' : 'hardened';
    const found = await explore({ target, clients, strategy, preemptions, ...faults });
    expect(found.failures.map(({ kind, sentence, schedule }) => [kind, sentence, schedule])).toEqual([]);
    expect(found).toMatchObject({ result: 'valid', exhausted: true });
    expect(found.executions).toBeGreaterThan(10);
    // Nobody waits for the dead.
    if ('crash' in faults) expect(found.longestWait.ms).toBeLessThan(100);
    needsStrace();
    expect(found.audited).toBe(true);
  };
  const title = 'the hardened store loses nothing within a small bound among real processes: %j';
  const timeout = 3_600_000;
  it.each<Faults>([{}, { crash: true }])(title, { ...long, timeout }, losesNothing);
  it.each<Faults>([{ steal: true }, { errno: true }, { abandoned: true }])(
    title,
    { ...nightly, timeout },
    losesNothing,
  );
});
