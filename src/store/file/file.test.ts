import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, type EntryKind, parseEntry } from './entry-names.js';
import { decodeLastCommitted, encodeLastCommitted, type LastCommitted } from './last-committed.js';
import { isProvablyDead, self } from './owner.js';
import { firstObstacle } from './queue.js';
import { isSameIdentity } from './state.js';

const entry = (kind: EntryKind, number: number, name: string): Entry => ({
  ...{ kind, number, name, id: name, owner: self },
});
const intent = (name: string) => entry('intent', 0, name);
const ticket = (number: number, name = `t${number}`) => entry('ticket', number, name);
const request = (number: number) => entry('request', number, `r${number}`);
const own = { name: 'mine', number: 5 };

describe('the queue', () => {
  it('is empty for a newcomer only where there is neither an intent nor a ticket', () => {
    expect(firstObstacle([], undefined)).toBeUndefined();
    expect(firstObstacle([ticket(9)], undefined)?.name).toBe('t9');
    expect(firstObstacle([request(9)], undefined)?.name).toBe('r9');
    expect(firstObstacle([intent('i')], undefined)?.name).toBe('i');
  });
  it('waits neither for an intent that stands by, nor for a request that has ended', () => {
    const passed = [entry('standing', 0, 'k'), entry('done', 1, 'd1')];
    expect(firstObstacle(passed, undefined)).toBeUndefined();
    expect(firstObstacle(passed, own)).toBeUndefined();
  });
  it('makes a ticket wait for intents first, then for smaller tickets, in order', () => {
    expect(firstObstacle([ticket(4), intent('i'), ticket(3)], own)?.name).toBe('i');
    expect(firstObstacle([ticket(4), ticket(3), ticket(9)], own)?.name).toBe('t3');
    expect(firstObstacle([ticket(5, 'mine'), ticket(9)], own)).toBeUndefined();
  });
  it('orders equal numbers by name, so that one of two goes first and no two wait for each other', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.string(), (number, a, b) => {
        fc.pre(a !== b);
        const waits = (me: string, other: string) =>
          firstObstacle([ticket(number, other)], { name: me, number }) !== undefined;
        expect(waits(a, b)).toBe(!waits(b, a));
      }),
    );
  });
});

describe('the last-committed copy', () => {
  const copyOf = (bytes: Uint8Array): LastCommitted => ({
    ...{ id: 'an-id', epoch: 'an-epoch', replaces: 'none', replacesStale: false, identity: '1.2.3.4' },
    ...{
      applied: ['a'],
      applying: ['b', 'c'],
      generations: [{ since: 7, before: [['key', null]] }],
      bytes: Buffer.from(bytes),
    },
  });
  const record = (bytes: Uint8Array) => encodeLastCommitted(copyOf(bytes));

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeLastCommitted(record(bytes))).toEqual(copyOf(bytes));
      }),
    );
  });
  it('is none if any bit of it is another, or any part is missing', () => {
    const whole = record(Buffer.from('{"a":1}'));
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(decodeLastCommitted(flipped)).toBeUndefined();
      expect(decodeLastCommitted(whole.subarray(0, at))).toBeUndefined();
    }
  });
});

describe('an owner', () => {
  const { pid, startTime, machine } = self;

  it('stands in the name of what it made', () => {
    const name = `t7-${'0'.repeat(16)}-${pid}-${startTime}-${machine}-some.host_1`;
    expect(parseEntry(name)).toEqual({
      ...{ name, kind: 'ticket', number: 7, id: '0'.repeat(16), owner: { ...self, host: 'some.host_1' } },
    });
  });
  it('is none of ours where the name is not', () => {
    expect(parseEntry('.DS_Store')).toBeUndefined();
    expect(parseEntry('auth.json.lock')).toBeUndefined();
  });
  it('is dead only if that is certain', () => {
    expect(isProvablyDead(self)).toBe(false);
    expect(isProvablyDead({ ...self, pid: 2 ** 22 + 1 })).toBe(true);
    // Another boot, host or pid namespace: the number says nothing.
    expect(isProvablyDead({ ...self, pid: 2 ** 22 + 1, machine: '0'.repeat(12) })).toBe(false);
  });
  it.skipIf(process.platform !== 'linux')(
    'is dead if its number now belongs to a process that began later',
    () => {
      expect(isProvablyDead({ ...self, startTime: String(Number(startTime) + 1) })).toBe(true);
    },
  );
});

describe('the identity of a file', () => {
  it('is recognised by a runtime that tells times in whole milliseconds, and where that one wrote it down', () => {
    expect(isSameIdentity('1.2.30.1700000000123456789', '1.2.30.1700000000123000000')).toBe(true);
    expect(isSameIdentity('1.2.30.1700000000123000000', '1.2.30.1700000000123456789')).toBe(true);
  });
  it('is another after a change, by whichever runtime', () => {
    for (const other of [
      '1.2.30.1700000000124000000',
      '1.2.31.1700000000123000000',
      '1.3.30.1700000000123000000',
    ])
      expect(isSameIdentity('1.2.30.1700000000123456789', other)).toBe(false);
    expect(isSameIdentity('1.2.30.1700000000123456789', '1.2.30.1700000000123456788')).toBe(false);
    expect(isSameIdentity('none', '1.2.30.1700000000123000000')).toBe(false);
  });
});
