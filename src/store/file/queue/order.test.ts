import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryKind, QueueEntry } from './entry-names.js';
import { allAhead } from './order.js';
import { self } from './owner.js';

const entry = (kind: EntryKind, number: number, name: string): QueueEntry => ({
  kind,
  number,
  name,
  id: name,
  owner: self,
});
const intent = (name: string) => entry('intent', 0, name);
const ticket = (number: number, name = `t${number}`) => entry('ticket', number, name);
const request = (number: number) => entry('request', number, `r${number}`);
const own = { name: 'mine', number: 5 };
const firstAhead = (...[entries, rank]: Parameters<typeof allAhead>) => allAhead(entries, rank)[0];

describe('the queue', () => {
  it('the queue is empty for a newcomer only if it has no intent, no ticket and no request', () => {
    expect(firstAhead([], undefined)).toBeUndefined();
    expect(firstAhead([ticket(9)], undefined)?.name).toBe('t9');
    expect(firstAhead([request(9)], undefined)?.name).toBe('r9');
    expect(firstAhead([intent('i')], undefined)?.name).toBe('i');
  });
  it('the queue waits neither for a standing intent nor for a request that has ended', () => {
    const passed = [entry('standing', 0, 'k'), entry('done', 1, 'd1')];
    expect(firstAhead(passed, undefined)).toBeUndefined();
    expect(firstAhead(passed, own)).toBeUndefined();
  });
  it('a ticket waits for intents first, and then for smaller tickets in order', () => {
    expect(firstAhead([ticket(4), intent('i'), ticket(3)], own)?.name).toBe('i');
    expect(firstAhead([ticket(4), ticket(3), ticket(9)], own)?.name).toBe('t3');
    expect(firstAhead([ticket(5, 'mine'), ticket(9)], own)).toBeUndefined();
  });
  it('equal numbers are ordered by name, so that exactly one of two waits for the other', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.string(), (number, a, b) => {
        fc.pre(a !== b);
        const waits = (me: string, other: string) =>
          firstAhead([ticket(number, other)], { name: me, number }) !== undefined;
        expect(waits(a, b)).toBe(!waits(b, a));
      }),
    );
  });
});
