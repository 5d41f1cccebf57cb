import { expect, it } from 'vitest';
import { factsOf } from './calls.js';

it('a call that is not in the table has no facts, whatever its name', () => {
  for (const name of ['readdir of all below', 'constructor', '__proto__', ''])
    expect(factsOf(name)).toBeUndefined();
  expect(factsOf('lstat')).toMatchObject({ follows: false, changesNames: false });
});
