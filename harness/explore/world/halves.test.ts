import { expect } from 'vitest';
import { atLeast } from '../../../src/amount.test.helper.js';
import { nightly, propertyInTiers } from '../../../src/tiers.test.helper.js';
import { Random } from '../../workload/random.js';
import { conflicts } from './footprint.js';
import { HalvesGround, type Part } from './halves.test.helper.js';

propertyInTiers(
  'two halves of calls whose order matters, or half a call and a whole one, are said to conflict',
  { few: 150, many: atLeast(20_000, 'HOLDFAST_PAIRS') },
  (pairs) => {
    const ground = new HalvesGround();
    let [different, harmless] = [0, 0];
    for (let seed = 1; seed <= pairs; seed++) {
      /** @param first which of the two comes first */
      const inOrder = (first: 0 | 1) => {
        const parts = ground.prepare(new Random(seed, 'halves'));
        const [early, late] = first === 0 ? parts : (parts.toReversed() as [Part, Part]);
        const before = parts.map((part) => ground.accesses(part));
        const one = ground.make(early);
        const after = ground.accesses(late);
        const other = ground.make(late);
        const results = first === 0 ? [one, other] : [other, one];
        return {
          found: [...results, ground.state(), ...ground.makeRest()].join('\n'),
          // As both are about to be made, and as the second is when the first was.
          conflict: [conflicts(before[0] ?? [], before[1] ?? []), conflicts(before[first] ?? [], after)],
          parts,
        };
      };
      const [one, other] = [inOrder(0), inOrder(1)];
      const conflict = [...one.conflict, ...other.conflict];
      const matters = one.found !== other.found;
      if (matters) different++;
      else if (conflict.every((said) => !said)) harmless++;
      if (matters && conflict.some((said) => !said))
        expect.fail(`seed ${seed}: ${JSON.stringify(one.parts)} ${conflict}\n${one.found}\n\n${other.found}`);
    }
    console.log(`${pairs} pairs: the order of ${different} matters, ${harmless} may be made in any order`);
    expect(different).toBeGreaterThan(pairs / 50);
    expect(harmless).toBeGreaterThan(pairs / 3);
  },
  nightly,
);
