import { describe, expect, it } from 'vitest';
import type { Report } from '../../harness/index.js';
import { stress } from './command.test.helper.js';

const sentences = (report: Report | undefined) =>
  report?.scenarios.flatMap(({ violations }) => violations.map(({ sentence }) => sentence));

describe('the hardened store holds', () => {
  const scenarios = [
    'all-clients-set',
    'set-delete-churn',
    'corrupt-midway',
    'kill-9',
    'pause',
    'in-place',
    'dangling-link',
    'open-umask',
    'rogue-writer',
    'refresh',
    'refresh-killed',
  ];
  it.each(scenarios)('in %s', async (scenario) => {
    const { exitCode, report, stderr } = await stress('hardened', scenario, '--duration', '4s');
    expect({ exitCode, violations: sentences(report), stderr }).toMatchObject({
      exitCode: 0,
      violations: [],
    });
  });

  const careless = ['hardened?leaseMs=0', 'hardened?queue=off'];
  it.each(careless)('where everybody passes everybody: %s', async (target) => {
    const { exitCode, report, stderr } = await stress(
      target,
      'two-terminals,kill-9,set-delete-churn',
      '--duration',
      '10s',
    );
    expect({ exitCode, violations: sentences(report), stderr }).toMatchObject({
      exitCode: 0,
      violations: [],
    });
  });
});
