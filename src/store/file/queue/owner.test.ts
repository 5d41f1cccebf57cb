import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseEntry } from './entry-names.js';
import { isProvablyDead, seemsAlive, self } from './owner.js';

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

describe('an owner that may not be asked', () => {
  it('counts as alive: only that there is no such process tells that it is dead', () => {
    const said = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(), { code: 'EPERM' });
    });
    onTestFinished(() => said.mockRestore());
    expect(seemsAlive(self)).toBe(true);
    // Without a start time nothing else is known.
    expect(isProvablyDead({ ...self, startTime: '0' })).toBe(false);
  });

  it('on another machine is not asked at all: its number is that of another process here', () => {
    const asked = vi.spyOn(process, 'kill');
    onTestFinished(() => asked.mockRestore());
    const stranger = { ...self, pid: 2 ** 22 + 1, machine: '0'.repeat(12) };
    expect([seemsAlive(stranger), isProvablyDead(stranger)]).toEqual([true, false]);
    expect(asked).not.toHaveBeenCalled();
  });
});
