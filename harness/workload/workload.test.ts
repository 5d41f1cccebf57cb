import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileNames } from '../core/scenario.js';
import { type Step, steps, workloadOf } from './generator.js';
import { Random } from './random.js';
import { credential, foreignEntry, identify, identifyAll } from './values.js';

const take = (count: number, sequence: Generator<Step>) =>
  Array.from({ length: count }, () => sequence.next().value);

describe('the identity of a value', () => {
  const ids = fc.stringMatching(/^[a-z]+-\d\.\d\.\d+$/);

  it('a value of every kind of credential names the operation that wrote it', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(identify(JSON.parse(JSON.stringify(credential(id))))).toBe(id);
        expect(identify(foreignEntry(id))).toBe(id);
      }),
    );
  });

  it('a value names its operation whatever the order of its fields', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(identify(Object.fromEntries(Object.entries(credential(id)).reverse()))).toBe(id);
      }),
    );
  });

  it('a mix of parts of two values has no identity', () => {
    fc.assert(
      fc.property(ids, ids, (a, b) => {
        fc.pre(a !== b);
        const mixed = { ...credential(a), ...credential(b), type: credential(a).type };
        if (JSON.stringify(mixed) === JSON.stringify(credential(b))) return;
        expect(identify(mixed)).toMatch(/^!/);
      }),
    );
  });

  it.each([null, 1, 'text', {}, [], { type: 'api' }, { type: 'api', key: 'real-secret' }])(
    'a value of another program has no identity: %j',
    (value) => {
      expect(identify(value)).toMatch(/^!/);
    },
  );

  it('the values of a whole document are identified by key', () => {
    expect(identifyAll({ a: credential('tui-1.0.1'), b: 3 })).toEqual({ a: 'tui-1.0.1', b: '!number' });
  });
});

describe('the steps of a client', () => {
  it('the steps depend on seed, client and incarnation alone, and differ for each', () => {
    const plan = (seed: number, client: string, incarnation: number) =>
      JSON.stringify(take(50, steps(seed, client, incarnation, 'tui', workloadOf('tui', undefined))));
    expect(plan(1, 'tui-1', 0)).toBe(plan(1, 'tui-1', 0));
    const others = [plan(2, 'tui-1', 0), plan(1, 'tui-2', 0), plan(1, 'tui-1', 1)];
    expect(new Set([plan(1, 'tui-1', 0), ...others]).size).toBe(4);
  });

  it('every operation but `all` has a key, its own or a shared one', () => {
    const workload = workloadOf('web', { ownKeys: 2, sharedKeys: 2 });
    for (const { action, key } of take(500, steps(1, 'web-1', 0, 'web', workload))) {
      if (action === 'all') expect(key).toBeUndefined();
      else expect(key).toMatch(/^(web-1-provider|shared-provider)-[01]$/);
    }
  });

  it('a login makes one set, whatever the scenario says', () => {
    expect(workloadOf('login', { mix: { get: 1 } })).toMatchObject({ mix: { set: 1 }, operationsMax: 1 });
    expect(workloadOf('tui', { mix: { get: 1 } }).mix).toEqual({ get: 1 });
  });

  it('only the desktop can be quit, and only the web can be clicked twice', () => {
    for (const profile of profileNames) {
      const done = take(2000, steps(1, 'x', 0, profile, workloadOf(profile, undefined)));
      expect(done.some(({ quit }) => quit)).toBe(profile === 'desktop');
      expect(done.some(({ twice }) => twice)).toBe(profile === 'web');
    }
  });
});

describe('seeded randomness', () => {
  it('a draw stays within its bounds and follows the weights', () => {
    const random = new Random(1, 'test');
    const drawn = Array.from({ length: 3000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }));
    expect(new Set(drawn)).toEqual(new Set(['often', 'seldom']));
    expect(drawn.filter((name) => name === 'often').length).toBeGreaterThan(2400);
    expect(Array.from({ length: 100 }, () => random.int(3, 5)).every((n) => n >= 3 && n <= 5)).toBe(true);
  });
});
