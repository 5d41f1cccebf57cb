import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFile } from '../../scratch.test.helper.js';
import { Sites } from '../site.js';
import { FileClaims } from './claims.js';
import { self } from './owner.js';

const version = { key: 'k'.repeat(16), value: 'v'.repeat(24) };
const nameOf = (attempt: number) => `${version.key}-${version.value}-${attempt}`;

function setUp() {
  const file = newFile();
  return {
    claims: new FileClaims(new Sites(file)),
    names: () => readdirSync(`${file}.refresh`),
    directory: `${file}.refresh`,
  };
}

describe('a claim', () => {
  it('is taken by one of those who saw the same', () => {
    const { claims } = setUp();
    expect(claims.take(version, undefined)).toBeDefined();
    expect(claims.take(version, undefined)).toBeUndefined();
    const first = claims.latest(version);
    expect(first).toMatchObject({ attempt: 0, failed: false, dead: false, holder: { pid: process.pid } });
    expect(claims.take(version, first)).toBeDefined();
    expect(claims.take(version, first)).toBeUndefined();
  });

  it('replaces those before it, and yields to a later one, whatever was seen before', () => {
    const { claims, names } = setUp();
    claims.take(version, undefined)?.fail();
    claims.take(version, claims.latest(version));
    expect(names()).toEqual([nameOf(1)]);
    expect(claims.take(version, undefined)).toBeUndefined();
    expect(names()).toEqual([nameOf(1)]);
  });

  it('that was passed touches no later one of the same name', () => {
    const { claims, names } = setUp();
    const passed = claims.take(version, undefined);
    passed?.drop();
    claims.take(version, undefined);
    passed?.drop();
    passed?.fail();
    expect(names()).toEqual([nameOf(0)]);
    expect(claims.latest(version)).toMatchObject({ failed: false });
  });

  it('that failed says so until the next attempt', () => {
    const { claims } = setUp();
    claims.take(version, undefined)?.fail();
    const failed = claims.latest(version);
    expect(failed).toMatchObject({ attempt: 0, failed: true });
    claims.take(version, failed);
    expect(claims.latest(version)).toMatchObject({ attempt: 1, failed: false });
  });

  it('of another version, or of another credential, is nobody’s business', () => {
    const { claims, names } = setUp();
    const others = [
      { ...version, value: 'w'.repeat(24) },
      { ...version, key: 'l'.repeat(16) },
    ];
    for (const other of others) expect(claims.take(other, undefined)).toBeDefined();
    expect(claims.latest(version)).toBeUndefined();
    claims.sweep(version);
    expect(names()).toEqual([`${'l'.repeat(16)}-${version.value}-0`]);
  });
});

describe('the owner of a claim', () => {
  it.each([
    ['whose pid belongs to another process now', { ...self, startTime: '1' }, true],
    [
      'on another machine, whose pids say nothing here',
      { ...self, startTime: '1', machine: 'another' },
      false,
    ],
    ['who has not written itself down', '', false],
    ['who is no owner', null, false],
  ])('%s', (_, owner, dead) => {
    const { claims, directory } = setUp();
    mkdirSync(directory);
    writeFileSync(path.join(directory, nameOf(0)), owner === '' ? '' : JSON.stringify(owner));
    expect(claims.latest(version)).toMatchObject({ attempt: 0, dead });
  });
});
