import { describe, expect, it } from 'vitest';
import { passTime } from '../../waiting.test.helper.js';
import { Availability } from './availability.js';
import type { StoreEvent } from './backend.js';

function newAvailability(members: number) {
  const events: StoreEvent[] = [];
  const availability = new Availability('etcd://x', members, 1000, (event) => events.push(event));
  const fail = (member: string, isCut = false) =>
    availability.failed(member, { reason: `${member} is away`, begun: performance.now(), isCut });
  return { availability, events, fail };
}

describe('what is told of the members of an engine', () => {
  it('the first answer is no news, and neither is one member of several that fails', () => {
    const { availability, events, fail } = newAvailability(2);
    availability.answered('a');
    fail('a');
    fail('a');
    availability.answered('a');
    expect(events).toEqual([]);
  });

  it('another member that answers is told once, with the one before', () => {
    const { availability, events } = newAvailability(2);
    for (const member of ['a', 'a', 'b', 'b']) availability.answered(member);
    expect(events).toEqual([{ type: 'moved', file: 'etcd://x', from: 'a', to: 'b' }]);
  });

  it('that all members have failed is told once, and then that one of them answers', () => {
    const { availability, events, fail } = newAvailability(2);
    for (const member of ['a', 'b', 'a', 'b']) fail(member);
    availability.answered('b');
    availability.answered('b');
    expect(events).toEqual([
      { type: 'degraded', file: 'etcd://x', reason: 'b is away' },
      { type: 'resumed', file: 'etcd://x', afterMs: expect.any(Number) },
    ]);
  });

  it('a caller without much time shows nothing by itself; several do, one after another', () => {
    const { events, fail } = newAvailability(1);
    fail('a', true);
    expect(events).toEqual([]);
    passTime(1000);
    fail('a', true);
    expect(events).toMatchObject([{ type: 'degraded' }]);
  });
});
