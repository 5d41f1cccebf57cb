import { expect } from 'vitest';
import { eachInTiers } from '../../src/tiers.test.helper.js';
import type { Report } from '../index.js';
import { stress } from './command.test.helper.js';

const sentences = (report: Report | undefined) =>
  report?.scenarios.flatMap(({ violations }) => violations.map(({ sentence }) => sentence));

/** The hardened store in every scenario is `npm run stress`, which CI runs as well: this is how to be harder on it. */
// Its short twins: preempted.test.ts, where leases are over at once, and protocol.test.ts, where nothing queues.
const careless = ['hardened?leaseMs=0', 'hardened?queue=off'];
eachInTiers(careless, 0)(
  'the hardened store loses nothing where every process overtakes the others: %s',
  async (target) => {
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
  },
);
