import { expect, it } from 'vitest';
import { factsOf } from './calls.js';

it('nothing is known of a call that is not in the table, whatever it is called', () => {
  for (const name of ['readdir of all below', 'constructor', '__proto__', ''])
    expect(factsOf(name)).toBeUndefined();
  expect(factsOf('lstat')).toMatchObject({ follows: false, changesNames: false });
});
