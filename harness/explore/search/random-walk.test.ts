import { describe, expect, it } from 'vitest';
import { Pct } from './pct.js';
import { RandomWalk } from './random-walk.js';
import { searchToy, type ToyProgram } from './toy.test.helper.js';
import { alone, read, write } from './toy-programs.test.helper.js';

describe('random search', () => {
  const program: ToyProgram = [0, 1, 2].map(() => [read('x'), write('x'), read('x'), write('x')]);

  it.each([
    ['random', () => new RandomWalk(1, 200, alone)],
    ['pct', () => new Pct(1, 200, 3, alone)],
  ])('%s takes the same schedules with the same seed, and reaches several outcomes', (_, make) => {
    const first = searchToy(program, make());
    expect(searchToy(program, make())).toEqual(first);
    expect(first.executions).toBe(200);
    expect(first.outcomes.length).toBeGreaterThan(5);
  });

  it('the parts of a random search share its executions', () => {
    const shares = [0, 1, 2].map(
      (index) => searchToy(program, new RandomWalk(1, 100, { index, of: 3 })).executions,
    );
    expect(shares).toEqual([34, 33, 33]);
  });
});
