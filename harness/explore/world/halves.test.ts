import { atLeast } from '../../../src/amount.test.helper.js';
import { nightly, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Random } from '../../workload/random.js';
import { tryInBothOrders } from './both-orders.test.helper.js';
import { HalvesGround } from './halves.test.helper.js';

propertyInTiers(
  'two halves of calls whose order matters, or half a call and a whole one, are said to conflict',
  { few: 150, many: atLeast(20_000, 'HOLDFAST_PAIRS') },
  (pairs) => {
    const ground = new HalvesGround();
    tryInBothOrders(1, pairs, (seed) => {
      const parts = ground.prepare(new Random(seed, 'halves'));
      return {
        calls: parts,
        accesses: (which) => ground.accesses(parts[which]),
        make: (which) => ground.make(parts[which]),
        state: () => [ground.state(), ...ground.makeRest()],
      };
    });
  },
  nightly,
);
