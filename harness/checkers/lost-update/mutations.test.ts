import { describe, expect } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Random } from '../../workload/random.js';
import { isLinearizable } from './general.test.helper.js';
import { checkLinearizability } from './linearizability.js';
import { healthyRun, mutations } from './mutations.test.helper.js';

/**
 * Cases of each kind, and a tenth of the healthy histories. The long form, some minutes:
 *
 *     HOLDFAST_HISTORIES=10000 npx vitest run harness/checkers/lost-update/mutations.test.ts
 */
const amounts = { few: 20, many: atLeast(300, 'HOLDFAST_HISTORIES') };

propertyInTiers('a healthy history raises no alarm', amounts, (cases) => {
  const random = new Random(31, 'healthy');
  for (let n = 0; n < cases * 10; n++) {
    const run = healthyRun(random);
    const { findings } = checkLinearizability(run);
    if (findings.length > 0) expect.fail(`${findings[0]?.sentence}: ${JSON.stringify(run.operations)}`);
  }
});

describe('a corrupted history', () => {
  for (const [name, mutate] of Object.entries(mutations))
    propertyInTiers(`the checker and the general checker agree where ${name}`, amounts, (cases) => {
      const random = new Random(32, name);
      let invalid = 0;
      for (let n = 0; n < cases; ) {
        const run = mutate(healthyRun(random), random);
        if (run === undefined) continue;
        n++;
        const isValid = isLinearizable(run);
        if (!isValid) invalid++;
        const { findings } = checkLinearizability(run);
        if ((findings.length === 0) !== isValid)
          expect.fail(
            `${isValid ? findings[0]?.sentence : 'missed'}: ${JSON.stringify([run.operations, run.final])}`,
          );
      }
      expect(invalid).toBeGreaterThan(cases / 20);
    });
});
