import { describe, expect, it } from 'vitest';
import type { FileEvent } from '../../history/events.js';
import type { Step } from '../execution/executed.js';
import type { CallName } from '../protocol/calls.js';
import { baseOf } from './base-version.js';

const file = 'data/opencode/auth.json';
const step = (client: number, call: CallName, more: Partial<Step> & { fd?: number } = {}): Step => {
  const { fd, ...rest } = more;
  return {
    ...{ client, action: { do: 'run', client, option: 0 } as const, now: 0, path: file },
    call: { id: 1, call, ...(fd === undefined ? {} : { fd }) },
    end: { digest: 0 },
    ...rest,
  };
};
const open = (client: number, fd: number) => step(client, 'open', { end: { digest: 0, fd } });
const read = (client: number, fd: number) => step(client, 'read', { fd });
const rename = (client: number) => step(client, 'rename', { path: `${file}.tmp`, to: file });
const version = (number: number, at: number): FileEvent => ({
  ...{ type: 'file', time: at * 1e6, until: at * 1e6, version: number, broken: null, set: {}, removed: [] },
});

describe('the version that a read is based on', () => {
  const versions = [version(1, 0), version(2, 2)];

  it('a read is based on the version at its open, where another file was renamed onto the path since', () => {
    const steps = [open(0, 7), rename(1), read(0, 7)];
    expect(baseOf(steps, 2, versions)).toEqual({ version: 1, isReplaced: true });
  });

  it('a read is based on the version of its own moment, if it opened the file later or the file is written in place', () => {
    const later = [rename(1), open(0, 7), read(0, 7)];
    expect(baseOf(later, 2, [version(1, 0), version(2, 1)])).toEqual({ version: 2, isReplaced: false });
    const inPlace = [open(0, 7), step(1, 'write', { fd: 9 }), read(0, 7)];
    expect(baseOf(inPlace, 2, versions)).toEqual({ version: 2, isReplaced: false });
  });

  it('a read is based on its own open, though the same descriptor number was used before and by others', () => {
    const steps = [open(0, 7), rename(1), open(1, 7), open(0, 7), read(0, 7)];
    expect(baseOf(steps, 4, versions)).toEqual({ version: 2, isReplaced: false });
  });

  it('a read of another file is based on no known version', () => {
    const steps = [open(0, 7), step(0, 'read', { fd: 7, path: 'data/opencode/other' })];
    expect(baseOf(steps, 1, versions)).toBeUndefined();
  });
});
