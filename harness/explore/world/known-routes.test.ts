import fs, { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { CallEnd, CallToMake } from '../protocol/protocol.js';
import { KnownRoutes } from './known-routes.js';
import { World } from './world.js';

function newWorld() {
  const directory = mkdtempSync(path.join(tmpdir(), 'holdfast-routes-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const world = new World(path.join(directory, 'sandbox'), fs);
  world.makeRoot();
  world.restart({ 'd/f': '{}' }, 0);
  /** A call of another client is made. */
  const make = (client: number, call: CallToMake, end: { fd?: number } = {}) =>
    world.record(client, call, world.as(client).foresee(call), { digest: 0, ...end }, 0);
  const inodeOf = (call: CallToMake) => world.as(0).routes(call).from?.inode;
  return { world, make, inodeOf };
}

it('a call that is still to be made leads elsewhere as soon as a name has changed', () => {
  const { world, make, inodeOf } = newWorld();
  const pending: CallToMake = { id: 1, call: 'open', path: 'd/f', flags: 'r' };
  const before = inodeOf(pending);
  make(1, { id: 1, call: 'write', fd: 9 });
  expect([before, inodeOf(pending)]).toEqual([expect.any(String), before]);
  const rename: CallToMake = { id: 2, call: 'rename', path: 'd/f', to: 'd/g' };
  const foresight = world.as(1).foresee(rename);
  renameSync(path.join(world.rootPath, 'd/f'), path.join(world.rootPath, 'd/g'));
  world.record(1, rename, foresight, { digest: 0 }, 0);
  expect(inodeOf(pending)).toBeUndefined();
});

it('a call from an open directory leads nowhere as soon as that is closed', () => {
  const { make, inodeOf } = newWorld();
  make(0, { id: 1, call: 'open', path: 'd', flags: 'rd' }, { fd: 5 });
  const pending: CallToMake = { id: 2, call: 'open', path: 'f', at: 5, flags: 'r' };
  expect(inodeOf(pending)).toEqual(expect.any(String));
  make(0, { id: 3, call: 'close', fd: 5 });
  expect(inodeOf(pending)).toBeUndefined();
});

it('a call of which nothing is known is refused, and does not count as one that has changed nothing', () => {
  const { make } = newWorld();
  const call: CallToMake = { id: 1, call: 'readdir of all below', path: 'd' };
  expect(() => make(0, call)).toThrow('a call of which nothing is known');
});

it('the same calls lead to the same version in another execution, and others to another one', () => {
  const known = new KnownRoutes();
  const files = {};
  const open: CallToMake = { id: 1, call: 'open', path: 'd', flags: 'rd' };
  const close: CallToMake = { id: 2, call: 'close', fd: 5 };
  const pending: CallToMake = { id: 3, call: 'lstat', path: 'd/f' };
  /** What is known of the pending call after these of the same client. */
  const after = (...made: (readonly [CallToMake, Partial<CallEnd>])[]) => {
    known.begin(files);
    for (const [call, end] of made) known.forgetAfter(0, call, { digest: 0, ...end });
    return known.of(0, pending);
  };
  const first = after([open, { fd: 5 }], [close, {}]);
  expect(after([open, { fd: 5 }], [close, {}])).toBe(first);
  const others = [
    after([open, { fd: 5 }]),
    after([open, { fd: 6 }], [close, {}]),
    after([open, { fd: 5 }], [close, { errno: 'EIO' }]),
    after([{ ...open }, { fd: 5 }], [close, {}]),
  ];
  expect(new Set([first, ...others]).size).toBe(5);
  known.begin({});
  expect(known.of(0, pending)).not.toBe(first);
});

it('what another client opens or closes changes nothing for a call, and a name that it changes does', () => {
  const known = new KnownRoutes();
  known.begin({});
  const pending: CallToMake = { id: 1, call: 'lstat', path: 'd/f' };
  const before = known.of(0, pending);
  known.forgetAfter(1, { id: 1, call: 'open', path: 'd', flags: 'rd' }, { digest: 0, fd: 5 });
  expect(known.of(0, pending)).toBe(before);
  known.forgetAfter(1, { id: 2, call: 'unlink', path: 'd/g' }, { digest: 0 });
  expect(known.of(0, pending)).not.toBe(before);
});
