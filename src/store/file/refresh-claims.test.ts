import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Version } from '../backend/claims.js';
import { newFile } from '../scratch.test.helper.js';
import { Sites } from './disk/site.js';
import { self } from './queue/owner.js';
import { FileClaims } from './refresh-claims.js';

const version = { key: 'k'.repeat(16), value: 'v'.repeat(24) };
const nameOf = (attempt: number) => `${version.key}-${version.value}-${attempt}`;

function setUp() {
  const file = newFile();
  return {
    file,
    claims: new FileClaims(new Sites(file)),
    names: () => readdirSync(`${file}.refresh`),
    directory: `${file}.refresh`,
  };
}

describe('a claim', () => {
  it('a claim is taken by exactly one of those that saw the same state', () => {
    const { claims } = setUp();
    expect(claims.acquire(version, undefined)).toBeDefined();
    expect(claims.acquire(version, undefined)).toBeUndefined();
    const first = claims.latest(version);
    expect(first).toMatchObject({ attempt: 0, state: 'asking', dead: false, holder: { pid: process.pid } });
    expect(claims.acquire(version, first)).toBeDefined();
    expect(claims.acquire(version, first)).toBeUndefined();
  });

  it('a claim replaces earlier ones and yields to a later one', () => {
    const { claims, names } = setUp();
    claims.acquire(version, undefined)?.fail();
    claims.acquire(version, claims.latest(version));
    expect(names()).toEqual([nameOf(1)]);
    expect(claims.acquire(version, undefined)).toBeUndefined();
    expect(names()).toEqual([nameOf(1)]);
  });

  it('a claim that was dropped changes no later claim of the same name', () => {
    const { claims, names } = setUp();
    const passed = claims.acquire(version, undefined);
    passed?.drop();
    claims.acquire(version, undefined);
    passed?.drop();
    passed?.fail();
    expect(names()).toEqual([nameOf(0)]);
    expect(claims.latest(version)).toMatchObject({ state: 'asking' });
  });

  it('a claim that failed stays failed until the next attempt', () => {
    const { claims } = setUp();
    claims.acquire(version, undefined)?.fail();
    const failed = claims.latest(version);
    expect(failed).toMatchObject({ attempt: 0, state: 'failed' });
    claims.acquire(version, failed);
    expect(claims.latest(version)).toMatchObject({ attempt: 1, state: 'asking' });
  });

  it('a claim keeps its length in every state, so that an update needs no room', () => {
    const { claims, directory } = setUp();
    const size = () => statSync(path.join(directory, nameOf(0))).size;
    const claim = claims.acquire(version, undefined);
    const sizes = [size()];
    for (const [act, state] of [
      ['spend', 'spent'],
      ['keep', 'unsaved'],
    ] as const) {
      claim?.[act]();
      expect(claims.latest(version)).toMatchObject({ id: claim?.id, state, dead: false });
      sizes.push(size());
    }
    expect(new Set(sizes).size).toBe(1);
    claims.remove(version, '0 of-another');
    expect(claims.latest(version)).toMatchObject({ state: 'unsaved' });
    claims.remove(version, claim?.id ?? '');
    expect(claims.latest(version)).toBeUndefined();
  });

  it('a claim that was dropped and taken again is not replaced by one that saw the first', () => {
    const { claims, names } = setUp();
    const first = claims.acquire(version, undefined);
    const seen = claims.latest(version);
    first?.drop();
    expect(claims.acquire(version, undefined)).toBeDefined();
    expect(claims.acquire(version, seen)).toBeUndefined();
    expect(names()).toEqual([nameOf(0)]);
  });

  it("a claim that was dropped can't be followed", () => {
    const { claims } = setUp();
    const first = claims.acquire(version, undefined);
    const seen = claims.latest(version);
    first?.drop();
    expect(claims.acquire(version, seen)).toBeUndefined();
    expect(claims.acquire(version, undefined)).toBeDefined();
  });
});

describe('a sweep', () => {
  const [next, later] = ['w', 'x'].map((letter) => ({ ...version, value: letter.repeat(24) })) as [
    Version,
    Version,
  ];
  const other = { ...version, key: 'l'.repeat(16) };
  const dead = { ...self, startTime: '1', nonce: 'dead' };

  it('a late sweep leaves the live claims on newer versions', async () => {
    const { claims, names } = setUp();
    for (const one of [next, later, other]) expect(claims.acquire(one, undefined)).toBeDefined();
    const before = names();
    await claims.sweep(version, async () => later, 1000);
    expect(names()).toEqual(before);
  });

  it('a sweep removes failed, dead and empty claims on old versions, and keeps an unsaved one of a live process', async () => {
    const { claims, names, directory } = setUp();
    claims.acquire(next, undefined)?.fail();
    writeFileSync(path.join(directory, `${next.key}-${'y'.repeat(24)}-3`), JSON.stringify(dead));
    writeFileSync(path.join(directory, `${next.key}-${'z'.repeat(24)}-0`), '');
    claims.acquire(later, undefined)?.keep();
    claims.acquire(other, undefined)?.fail();
    await claims.sweep(version, async () => version, 1000);
    expect(names().sort()).toEqual([`${other.key}-${other.value}-0`, `${later.key}-${later.value}-0`].sort());
  });

  it('a sweep leaves a claim that no process can be shown to have left for a lease, and then removes it', async () => {
    const { claims, names, directory, file } = setUp();
    const before = { ...self, machine: 'before the last boot', nonce: 'before' };
    mkdirSync(directory);
    for (const [letter, more] of [
      ['y', {}],
      ['z', { unsaved: true }],
    ] as const) {
      const place = path.join(directory, `${next.key}-${letter.repeat(24)}-0`);
      writeFileSync(place, JSON.stringify({ ...before, ...more }));
      utimesSync(place, 1000, 1000);
    }
    writeFileSync(file, '{}');
    utimesSync(file, 1001, 1001);
    await claims.sweep(version, async () => version, 1000);
    expect(names()).toHaveLength(2);
    utimesSync(file, 1001.1, 1001.1);
    await claims.sweep(version, async () => version, 1000);
    expect(names()).toEqual([`${next.key}-${'z'.repeat(24)}-0`]);
  });

  it('a sweep leaves a failed claim on the version that is current by then', async () => {
    const { claims, names } = setUp();
    claims.acquire(next, undefined)?.fail();
    await claims.sweep(version, async () => next, 1000);
    expect(names()).toHaveLength(1);
    await claims.sweep(version, () => Promise.reject(new Error('it can not be read')), 1000);
    expect(names()).toHaveLength(1);
    await claims.sweep(version, async () => ({ ...version, value: '0'.repeat(24) }), 1000);
    expect(claims.latest(next)).toBeUndefined();
  });
});

describe('the owner of a claim', () => {
  it.each([
    ['its pid belongs to another process now', { ...self, startTime: '1' }, true],
    [
      'it is on another machine, whose pids mean nothing here',
      { ...self, startTime: '1', machine: 'another' },
      false,
    ],
    ['it has not written its name yet', '', false],
    ['its name is no owner', null, false],
  ])("the death of a claim's owner is known only where it is certain: %s", (_, owner, dead) => {
    const { claims, directory } = setUp();
    mkdirSync(directory);
    writeFileSync(path.join(directory, nameOf(0)), owner === '' ? '' : JSON.stringify(owner));
    expect(claims.latest(version)).toMatchObject({ attempt: 0, dead });
  });
});
