import { describe, expect, it } from 'vitest';
import { parseEntry } from './entry-names.js';
import { isProvablyDead, self } from './owner.js';

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
