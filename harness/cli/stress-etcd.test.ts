import { beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, lacksEtcd, newCluster } from '../../src/etcd/cluster.test.helper.js';
import { eachInTiers, long, nightly } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { counts, holdfast, stress } from './command.test.helper.js';
import { refreshKilledSlowly } from './refresh-killed.test.helper.js';

// Their short twins are src/etcd/receipts.test.ts and src/etcd/conformance.test.ts.
describe.skipIf(lacksEtcd())('the store on etcd, under stress', long, () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await newCluster(3);
  });
  const target = (options: string) =>
    `etcd?at=${cluster.endpoints.map((url) => new URL(url).host).join('+')}${options}`;

  it('no guarantee is violated where refreshes are cut off half-way', async () => {
    const { exitCode, report } = await stress(target(''), refreshKilledSlowly(), '--duration', '20s');
    expect([report?.scenarios[0]?.checks.coverage, exitCode]).toMatchObject([{ result: 'valid' }, 0]);
  });

  it.each(['two-terminals', 'kill-9', 'set-delete-churn'])(
    'no guarantee is violated in %s',
    async (scenario) => {
      const { exitCode, report } = await stress(target(''), scenario, '--duration', '6s');
      expect([report?.result, exitCode]).toEqual(['valid', 0]);
      expect(report?.scenarios[0]?.counts.acknowledged).toBeGreaterThan(0);
    },
  );

  it('no guarantee is violated where the network passes requests on late', async () => {
    const { exitCode, report } = await stress(target('&late=10'), 'two-terminals', '--duration', '6s');
    expect([counts(report)?.lost, exitCode]).toEqual([0, 0]);
  });

  // Whether a late request meets a newer write is a matter of chance.
  it('the same run finds a store that asks again without receipts', { retry: 2 }, async () => {
    const bug = target('&late=10&receipts=off');
    const { exitCode, report } = await stress(bug, 'two-terminals', '--duration', '6s');
    expect(counts(report)?.lost).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });

  it('the same run finds a store whose reads are older than what another process was told', async () => {
    const { exitCode, report } = await stress(target('&reads=stale'), 'two-terminals', '--duration', '4s');
    expect(report?.result).toBe('invalid');
    expect(exitCode).toBe(1);
  });

  it('no guarantee is violated while members are killed and stopped, and tokens are refreshed', async () => {
    const { exitCode, report } = await stress('etcd', 'cluster-refresh', '--duration', '20s');
    expect([report?.result, exitCode]).toEqual(['valid', 0]);
  });

  // No shorter run meets each kind of fault often enough.
  it(
    'no guarantee is violated while members are struck and clients killed, and each kind of fault meant something',
    nightly,
    async () => {
      const { exitCode, report } = await stress('etcd', 'cluster-faults', '--duration', '3m');
      expect([report?.result, exitCode]).toEqual(['valid', 0]);
      expect(counts(report)?.acknowledgedUnderFaults).toBeGreaterThan(0);
      expect(counts(report)?.membersAnswering).toBeGreaterThan(1);
    },
  );

  eachInTiers(
    [
      ['cluster-bursts', '8s'],
      ['cluster-verifiers', '20s'],
      ['cluster-clients', '40s'],
    ],
    1,
    nightly,
  )('no guarantee is violated in %s, whose clients have it hard', async (scenario, duration) => {
    const { exitCode, report } = await stress('etcd', scenario, '--duration', duration);
    expect([report?.result, exitCode]).toEqual(['valid', 0]);
    // Of all that is called at once, nothing is refused.
    if (scenario === 'cluster-bursts') expect(counts(report)?.failed).toBe(0);
  });

  it('a run says valid only after it has found the bugs that its scenarios plant', nightly, async () => {
    const scenarios = 'cluster-bursts,cluster-clients,cluster-verifiers';
    const args = ['stress', '--target', 'etcd', '--scenario', scenarios, '--duration', '4m', '--json'];
    const { stdout } = await holdfast(args);
    const report: Report = JSON.parse(stdout);
    const own = report.controls.filter(({ scenario }) => scenarios.includes(scenario));
    expect(own.map(({ found }) => found)).toEqual([true, true, true, true, true, true]);
    expect(report.result).toBe('valid');
  });

  it('the same members show a store that claims a refresh without a comparison', async () => {
    const bug = 'etcd?claims=blind';
    const { exitCode, report } = await stress(bug, 'cluster-refresh', '--duration', '20s');
    expect(counts(report)?.refreshedTwice).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
  });

  it('a scenario about a file is left out, and the report says why', async () => {
    const scenarios = 'open-umask,in-place,two-terminals';
    const { report } = await stress(target(''), scenarios, '--duration', '8s');
    expect(report?.scenarios.map(({ scenario }) => scenario)).toEqual(['two-terminals']);
    expect(report?.leftOut?.join()).toMatch(
      /open-umask on .*: it looks at the modes of files, and this target/,
    );
    expect(report?.leftOut).toHaveLength(2);
  });
});
