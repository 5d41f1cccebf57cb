import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseEntry } from './entry-names.js';
import { isProvablyDead, seemsAlive, self } from './owner.js';

describe('an owner', () => {
  const { pid, startTime, machine } = self;

  it('the name of an entry has its owner', () => {
    const name = `t7-${'0'.repeat(16)}-${pid}-${startTime}-${machine}-some.host_1`;
    expect(parseEntry(name)).toEqual({
      name,
      kind: 'ticket',
      number: 7,
      id: '0'.repeat(16),
      owner: { ...self, host: 'some.host_1' },
    });
  });
  it('a foreign name is no entry', () => {
    expect(parseEntry('.DS_Store')).toBeUndefined();
    expect(parseEntry('auth.json.lock')).toBeUndefined();
  });
  it('an owner is dead only if that is certain', () => {
    expect(isProvablyDead(self)).toBe(false);
    expect(isProvablyDead({ ...self, pid: 2 ** 22 + 1 })).toBe(true);
    // Another boot, host or pid namespace: the number says nothing.
    expect(isProvablyDead({ ...self, pid: 2 ** 22 + 1, machine: '0'.repeat(12) })).toBe(false);
  });
  it.skipIf(process.platform !== 'linux')(
    'an owner is dead if its pid belongs to a process that began later',
    () => {
      expect(isProvablyDead({ ...self, startTime: String(Number(startTime) + 1) })).toBe(true);
    },
  );
});

describe("an owner that can't be asked", () => {
  it('an owner of another user counts as alive', () => {
    const said = vi.spyOn(process, 'kill').mockImplementation(() => {
      throw Object.assign(new Error(), { code: 'EPERM' });
    });
    onTestFinished(() => said.mockRestore());
    expect(seemsAlive(self)).toBe(true);
    // Without a start time nothing else is known.
    expect(isProvablyDead({ ...self, startTime: '0' })).toBe(false);
  });

  it('an owner on another machine counts as alive, and its pid is not asked here', () => {
    const asked = vi.spyOn(process, 'kill');
    onTestFinished(() => asked.mockRestore());
    const stranger = { ...self, pid: 2 ** 22 + 1, machine: '0'.repeat(12) };
    expect([seemsAlive(stranger), isProvablyDead(stranger)]).toEqual([true, false]);
    expect(asked).not.toHaveBeenCalled();
  });
});
