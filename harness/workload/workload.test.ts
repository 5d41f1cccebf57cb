import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { profileNames } from '../core/scenario.js';
import { type Step, steps, workloadOf } from './generator.js';
import { Random } from './random.js';
import { credential, foreignEntry, identify, identifyAll } from './values.js';

const take = (count: number, sequence: Generator<Step>) =>
  Array.from({ length: count }, () => sequence.next().value);

describe('a value names the operation that wrote it', () => {
  const ids = fc.stringMatching(/^[a-z]+-\d\.\d\.\d+$/);

  it('for every kind of credential', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(identify(JSON.parse(JSON.stringify(credential(id))))).toBe(id);
        expect(identify(foreignEntry(id))).toBe(id);
      }),
    );
  });

  it('whatever the order of its fields', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(identify(Object.fromEntries(Object.entries(credential(id)).reverse()))).toBe(id);
      }),
    );
  });

  it('and parts of two values are no value', () => {
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
    '%j is not ours',
    (value) => {
      expect(identify(value)).toMatch(/^!/);
    },
  );

  it('in a whole document, too', () => {
    expect(identifyAll({ a: credential('tui-1.0.1'), b: 3 })).toEqual({ a: 'tui-1.0.1', b: '!number' });
  });
});

describe('what a client does', () => {
  it('is the same for the same seed, client and incarnation, and for no other', () => {
    const plan = (seed: number, client: string, incarnation: number) =>
      JSON.stringify(take(50, steps(seed, client, incarnation, 'tui', workloadOf('tui', undefined))));
    expect(plan(1, 'tui-1', 0)).toBe(plan(1, 'tui-1', 0));
    const others = [plan(2, 'tui-1', 0), plan(1, 'tui-2', 0), plan(1, 'tui-1', 1)];
    expect(new Set([plan(1, 'tui-1', 0), ...others]).size).toBe(4);
  });

  it('has a key for each operation but `all`, its own or a shared one', () => {
    const workload = workloadOf('web', { ownKeys: 2, sharedKeys: 2 });
    for (const { action, key } of take(500, steps(1, 'web-1', 0, 'web', workload))) {
      if (action === 'all') expect(key).toBeUndefined();
      else expect(key).toMatch(/^(web-1-provider|shared-provider)-[01]$/);
    }
  });

  it('is one set for a login, whatever the scenario says', () => {
    expect(workloadOf('login', { mix: { get: 1 } })).toMatchObject({ mix: { set: 1 }, operationsMax: 1 });
    expect(workloadOf('tui', { mix: { get: 1 } }).mix).toEqual({ get: 1 });
  });

  it('can be quit by the desktop and clicked twice on the web only', () => {
    for (const profile of profileNames) {
      const done = take(2000, steps(1, 'x', 0, profile, workloadOf(profile, undefined)));
      expect(done.some(({ quit }) => quit)).toBe(profile === 'desktop');
      expect(done.some(({ twice }) => twice)).toBe(profile === 'web');
    }
  });
});

describe('seeded randomness', () => {
  it('draws within its bounds, and by weight', () => {
    const random = new Random(1, 'test');
    const drawn = Array.from({ length: 3000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }));
    expect(new Set(drawn)).toEqual(new Set(['often', 'seldom']));
    expect(drawn.filter((name) => name === 'often').length).toBeGreaterThan(2400);
    expect(Array.from({ length: 100 }, () => random.int(3, 5)).every((n) => n >= 3 && n <= 5)).toBe(true);
  });
});
