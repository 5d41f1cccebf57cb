import { describe, expect, it } from 'vitest';
import type { FileEvent } from '../../history/events.js';
import type { Step } from '../execution/executed.js';
import type { CallName } from '../protocol/calls.js';
import type { Action } from '../schedule/action.js';
import { toReadable } from './readable-pair.js';

const file = 'data/opencode/auth.json';
const step = (
  client: number,
  call: CallName,
  path: string,
  more: { fd?: number; opened?: number; to?: string } = {},
): Step => ({
  ...{ client, action: { do: 'run', client, option: 0 }, now: 0, path },
  ...(more.to === undefined ? {} : { to: more.to }),
  call: { id: 1, call, ...(more.fd === undefined ? {} : { fd: more.fd }) },
  end: { digest: 0, ...(more.opened === undefined ? {} : { fd: more.opened }) },
});
const temporary = (client: number) => `${file}.${client}`;
/** The eraser, 0, opens; the victim's client, 1, commits as a whole; the eraser reads what it had opened, and commits. */
const steps = [
  step(0, 'open', file, { opened: 7 }),
  step(1, 'open', file, { opened: 7 }),
  step(1, 'read', file, { fd: 7 }),
  step(1, 'write', temporary(1), { fd: 8 }),
  step(1, 'rename', temporary(1), { to: file }),
  step(0, 'read', file, { fd: 7 }),
  step(0, 'write', temporary(0), { fd: 8 }),
  step(0, 'rename', temporary(0), { to: file }),
];
const version = (number: number, at: number, set: Record<string, string>, removed: string[]): FileEvent => ({
  ...{ type: 'file', time: at * 1e6, until: at * 1e6, version: number, broken: null, set, removed },
});
const versions = [version(1, 0, {}, []), version(2, 5, { k1: 'B' }, []), version(3, 8, { k0: 'A' }, ['k1'])];
/** It fails as long as the eraser opens the file before the victim is in it. */
const fails = (schedule: readonly Action[]) => {
  const order = schedule.map(({ client }) => client).join('');
  return order.indexOf('0') < order.lastIndexOf('1');
};

describe('the critical pair of a lost update', () => {
  it("the pair is the eraser's open and the victim's commit, where the pair that was found is beside the file", () => {
    expect(toReadable({ early: 1, late: 6 }, steps, versions, 'k1', fails)).toEqual({ early: 0, late: 4 });
  });

  it('the pair stays the one that was found, where both are on the file or the other pair does not decide', () => {
    const onFile = { early: 1, late: 7 };
    expect(toReadable(onFile, steps, versions, 'k1', fails)).toBe(onFile);
    const beside = { early: 1, late: 6 };
    expect(toReadable(beside, steps, versions, 'k1', () => true)).toBe(beside);
    expect(toReadable(beside, steps, versions, undefined, fails)).toBe(beside);
  });
});
