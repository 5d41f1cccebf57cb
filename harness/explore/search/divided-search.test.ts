import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedFirstStep } from './shared-first-step.js';
import { searchToy } from './toy.test.helper.js';
import { all, programs } from './toy-programs.test.helper.js';

describe('a search that is divided by the first step', () => {
  it('the parts of a divided search try every interleaving once, together', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const parts = [0, 1].map((index) => searchToy(program, new SharedFirstStep(all(), { index, of: 2 })));
        const whole = searchToy(program, all());
        expect(parts[0]?.whole).toBeGreaterThan(0);
        expect(parts.reduce((sum, part) => sum + part.whole, 0)).toBe(whole.whole);
        expect([...new Set(parts.flatMap(({ outcomes }) => outcomes))].sort()).toEqual(whole.outcomes);
      }),
      { numRuns: 100 },
    );
  });
});
