import { Session } from 'node:inspector';
import { expect, test } from 'vitest';
import { Dpor } from '../explore/search/dpor.js';
import { sharesOf } from './cost-by-part.js';

/** The same choice of two, again and again: all of its time goes to the strategy. */
function lead(executions: number): void {
  const enabled = [0, 1].map((client) => ({ do: 'run', client, option: 0 }) as const);
  const none = { others: [], faults: [], accesses: () => [], isExit: () => false, isTimer: () => false };
  for (let count = 0; count < executions; count++) {
    const dpor = new Dpor({ clients: 2, preemptionsMax: undefined });
    dpor.begin();
    for (let step = 0; step < 100; step++) dpor.pick({ ...none, enabled, last: 0, step, state: () => '' });
  }
}

test('time is counted for the part whose sources it was spent in', () => {
  const shares = sharesOf(new Session(), () => lead(100));
  // What the profiler and a collection take is more in a process that has loaded more: neither is of these calls.
  const [most] = [...shares]
    .filter(([part]) => part !== 'rest' && part !== 'garbage collector')
    .sort(([, a], [, b]) => b - a);
  expect(most?.[0]).toBe('strategy');
  expect([...shares.values()].reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
});
