import { describe, expect, it } from 'vitest';
import { stress } from './command.test.helper.js';

describe('the hardened store holds', () => {
  const scenarios = ['all-clients-set', 'set-delete-churn', 'corrupt-midway', 'kill-9', 'pause'];
  it.each(scenarios)('in %s', async (scenario) => {
    const { exitCode, report, stderr } = await stress('hardened', scenario, '--duration', '8s');
    expect({ exitCode, violations: report?.scenarios[0]?.violations, stderr }).toMatchObject({
      exitCode: 0,
      violations: [],
    });
  });
});
