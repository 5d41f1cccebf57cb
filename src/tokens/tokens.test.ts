import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { allTextOf, failureOf, newDirectory } from '../store/scratch.test.helper.js';
import { newToken, tokenOf } from './format.js';
import type { Permission } from './permissions.js';
import { openTokens, type TokensOptions } from './tokens.js';

const dayMs = 86_400_000;

function newTokens(options: TokensOptions = {}) {
  const file = path.join(newDirectory(), 'opencode', 'auth-tokens.json');
  const clock = { now: 1_800_000_000_000 };
  const tokens = openTokens({ file, now: () => clock.now, ...options });
  const stored = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown>>;
  return { file, clock, tokens, stored, again: () => openTokens({ file, now: () => clock.now }) };
}

describe('create', () => {
  it('create returns a token with all permissions for 90 days, unless told otherwise', async () => {
    const { tokens, clock } = newTokens();
    const { token, info } = await tokens.create();
    expect(info).toEqual({
      id: expect.stringMatching(/^\w{8}$/),
      permissions: ['read', 'write', 'execute'],
      createdAt: clock.now,
      expiresAt: clock.now + 90 * dayMs,
    });
    expect(tokens.verify(token)).toEqual(info);
    const other = await tokens.create({
      name: 'ci',
      permissions: ['write', 'read', 'read'],
      expiresAt: null,
    });
    expect(other.info).toMatchObject({ name: 'ci', permissions: ['read', 'write'], expiresAt: null });
    expect(tokens.verify(other.token)).toEqual(other.info);
  });

  it('create stores the hash and not the token, in a file for its owner alone', async () => {
    const { tokens, file } = newTokens();
    const { token } = await tokens.create({ name: 'laptop' });
    await tokens.close();
    const directory = path.dirname(file);
    for (const name of readdirSync(directory)) {
      const stats = statSync(path.join(directory, name));
      expect(stats.mode & 0o077).toBe(0);
      if (stats.isFile())
        expect(readFileSync(path.join(directory, name), 'latin1')).not.toContain(token.slice(13));
    }
  });

  it('create shows no secret and no hash in anything but the token itself', async () => {
    const { tokens, stored } = newTokens();
    const { token, info } = await tokens.create();
    const hash = String(stored()[info.id]?.hash).slice('sha256:'.length);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const verified = tokens.verify(token);
    const shown = [info, verified, await tokens.list(), tokens].map(
      (value) => inspect(value, { depth: 9, showHidden: true }) + JSON.stringify(value),
    );
    for (const text of shown) {
      expect(text).not.toContain(token.slice(13));
      expect(text).not.toContain(hash);
    }
  });

  it.each<[string, object]>([
    ['no permission at all', { permissions: [] }],
    ['an unknown permission', { permissions: ['read', 'admin'] }],
    ['an expiry that is over', { expiresAt: 1_800_000_000_000 }],
    ['an expiry that is no number', { expiresAt: Number.NaN }],
    ['an expiry beyond all calendars', { expiresAt: 8e15 }],
    ['an empty name', { name: ' ' }],
    ['a name that steers the terminal', { name: 'a\u001b[2J' }],
    ['a name without end', { name: 'a'.repeat(101) }],
  ])('create refuses %s, and writes nothing', async (_, options) => {
    const { tokens, file } = newTokens();
    const error = await failureOf(tokens.create(options));
    expect([error.code, error.definite]).toEqual(['E_INPUT', true]);
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('64 concurrent creations are all stored', async () => {
    const { tokens } = newTokens();
    const made = await Promise.all(Array.from({ length: 64 }, () => tokens.create()));
    for (const { token, info } of made) expect(tokens.verify(token)).toEqual(info);
    expect((await tokens.list()).map(({ id }) => id).toSorted()).toEqual(
      made.map(({ info }) => info.id).toSorted(),
    );
  });
});

describe('verify', () => {
  it('verify refuses a token with another secret, an unknown id or a typo', async () => {
    const { tokens } = newTokens();
    const { token, info } = await tokens.create();
    expect(tokens.verify(newToken().token)).toBeUndefined();
    expect(tokens.verify(`${token}x`)).toBeUndefined();
    expect(tokens.verify('')).toBeUndefined();
    for (const other of [undefined, null, 1, {}, [token]]) {
      expect(tokens.verify(other as unknown as string)).toBeUndefined();
    }
    expect(tokens.verify(tokenOf(info.id, randomBytes(16)))).toBeUndefined();
    expect(tokens.verify(token)).toEqual(info);
  });

  it('verify refuses an expired token from the very millisecond on, and list shows it as expired', async () => {
    const { tokens, clock } = newTokens();
    const { token, info } = await tokens.create({ expiresAt: clock.now + 1000 });
    clock.now += 999;
    expect(tokens.verify(token)).toEqual(info);
    expect(tokens.isLive(info.id)).toBe(true);
    clock.now += 1;
    expect(tokens.verify(token)).toBeUndefined();
    expect(tokens.isLive(info.id)).toBe(false);
    expect(await tokens.list()).toMatchObject([{ id: info.id, state: 'expired' }]);
  });

  it('verify finds no token without a file, and creates none', () => {
    const { tokens, file } = newTokens();
    expect(tokens.verify(newToken().token)).toBeUndefined();
    expect(tokens.isLive('abcdefgh')).toBe(false);
    expect(() => statSync(path.dirname(file))).toThrow('ENOENT');
  });

  it("verify returns an object that can't be changed", async () => {
    const { tokens } = newTokens();
    const { token } = await tokens.create({ permissions: ['read'] });
    const info = tokens.verify(token) as unknown as { permissions: Permission[] };
    expect(() => info.permissions.push('execute')).toThrow(TypeError);
    expect(() => Object.assign(info, { expiresAt: null })).toThrow(TypeError);
  });

  it('verify fails after close, as all other calls do', async () => {
    const { tokens } = newTokens();
    const { token } = await tokens.create();
    await tokens.close();
    expect((await failureOf(() => tokens.verify(token))).code).toBe('E_CLOSED');
    expect((await failureOf(() => tokens.isLive('abcdefgh'))).code).toBe('E_CLOSED');
    expect((await failureOf(tokens.create())).code).toBe('E_CLOSED');
  });
});

describe('delete', () => {
  it('delete takes an id, the beginning of one, or the token itself', async () => {
    const { tokens, again } = newTokens();
    for (const told of [
      (id: string) => id,
      (id: string) => id.slice(0, 7),
      (_: string, token: string) => token,
    ]) {
      const { token, info } = await tokens.create();
      expect(await again().delete(told(info.id, token))).toBe(info.id);
      expect(tokens.verify(token)).toBeUndefined();
      expect(tokens.isLive(info.id)).toBe(false);
    }
    expect(await tokens.list()).toEqual([]);
  });

  it('delete refuses an ambiguous, unknown or empty id, changes nothing and repeats no secret', async () => {
    const { tokens, file, stored } = newTokens();
    const { token, info } = await tokens.create();
    const entry = stored()[info.id];
    const alike = { same0001: entry, same0002: entry, $schema: 'about tokens' };
    writeFileSync(file, JSON.stringify(alike));
    const several = await failureOf(tokens.delete('same'));
    expect(several).toMatchObject({ code: 'E_NOT_FOUND', definite: true });
    expect(several.message).toContain('2 tokens begin with "same": same0001, same0002');
    expect((await failureOf(tokens.delete('nobody'))).message).toContain('no token begins with "nobody"');
    expect((await failureOf(tokens.delete('$schema'))).code).toBe('E_NOT_FOUND');
    expect((await failureOf(tokens.delete(''))).message).toContain('without an id');
    const mistyped = await failureOf(tokens.delete(token.replace(/.$/, '$').replace('$', '_')));
    expect(mistyped.message).toContain('checksum');
    for (const error of [mistyped, await failureOf(tokens.delete(token.slice(5)))]) {
      expect(allTextOf(error)).not.toContain(token.slice(13, 34));
    }
    expect(stored()).toEqual(alike);
  });
});

describe('rotate', () => {
  it('rotate returns a token with the same name, permissions and lifetime, and ends the old one after its grace', async () => {
    const { tokens, clock } = newTokens();
    const old = await tokens.create({ name: 'ci', permissions: ['read'], expiresAt: clock.now + 10 * dayMs });
    clock.now += 5 * dayMs;
    const { token, info } = await tokens.rotate(old.info.id, { graceMs: 2000 });
    expect(info).toMatchObject({ name: 'ci', permissions: ['read'], createdAt: clock.now });
    expect(info.expiresAt).toBe(clock.now + 10 * dayMs);
    expect(info.id).not.toBe(old.info.id);
    expect(tokens.verify(token)).toEqual(info);
    clock.now += 1999;
    expect(tokens.verify(old.token)?.id).toBe(old.info.id);
    clock.now += 1;
    expect(tokens.verify(old.token)).toBeUndefined();
    expect(tokens.verify(token)).toEqual(info);
  });

  it("rotate allows a grace of at most a day, and at most the rest of the old token's life", async () => {
    const { tokens, clock } = newTokens();
    const old = await tokens.create({ expiresAt: clock.now + 1000 });
    for (const graceMs of [-1, dayMs + 1, Number.NaN, 0.5]) {
      expect((await failureOf(tokens.rotate(old.info.id, { graceMs }))).code).toBe('E_INPUT');
    }
    await tokens.rotate(old.info.id, { graceMs: dayMs });
    expect(tokens.verify(old.token)?.expiresAt).toBe(old.info.expiresAt);
    const never = await tokens.create({ expiresAt: null });
    const { info } = await tokens.rotate(never.info.id, { graceMs: 0 });
    expect(info.expiresAt).toBeNull();
    expect(tokens.verify(never.token)).toBeUndefined();
  });

  it('rotate refuses an expired token', async () => {
    const { tokens, clock, stored } = newTokens();
    const { info } = await tokens.create({ expiresAt: clock.now + 1000 });
    clock.now += 1000;
    const before = stored();
    expect((await failureOf(tokens.rotate(info.id))).message).toContain('has expired');
    expect(stored()).toEqual(before);
  });
});

describe('an entry that this version does not understand', () => {
  const strange: [string, object][] = [
    ['an unknown permission', { permissions: ['read', 'admin'] }],
    ['another version', { version: 2 }],
    ['no permissions', { permissions: undefined }],
    ['no expiry', { expiresAt: undefined }],
    ['an expiry that is no number', { expiresAt: '2999-01-01' }],
    ['another hash', { hash: 'sha512:00' }],
    ['a hash of zeros', { hash: `sha256:${'0'.repeat(63)}` }],
  ];
  it.each(strange)('a token with %s is refused, and its entry stays as it is', async (_, change) => {
    const { tokens, file, stored } = newTokens();
    const { token, info } = await tokens.create({ permissions: ['read'] });
    const entry = { ...stored()[info.id], ...change };
    writeFileSync(file, JSON.stringify({ [info.id]: entry, $schema: 'x' }));
    expect(tokens.verify(token)).toBeUndefined();
    expect(tokens.isLive(info.id)).toBe(false);
    expect(await tokens.list()).toEqual([{ id: info.id, state: 'unusable', lastUsedAt: null }]);
    expect((await failureOf(tokens.rotate(info.id))).code).toBe('E_INPUT');
    await tokens.create();
    expect(stored()).toMatchObject({ [info.id]: JSON.parse(JSON.stringify(entry)), $schema: 'x' });
    expect(await tokens.delete(info.id)).toBe(info.id);
  });

  it('an id that every object inherits is an id like any other', async () => {
    const { tokens, file } = newTokens();
    await tokens.create();
    writeFileSync(file, '{"toString": {"version": 2}}');
    expect(await tokens.list()).toEqual([{ id: 'toString', state: 'unusable', lastUsedAt: null }]);
  });

  it('fields of a newer version survive, also in a token that is rotated', async () => {
    const { tokens, file, stored } = newTokens();
    const { token, info } = await tokens.create();
    writeFileSync(file, JSON.stringify({ [info.id]: { ...stored()[info.id], note: { since: 'v2' } } }));
    expect(tokens.verify(token)).toEqual(info);
    await tokens.rotate(info.id);
    expect(stored()[info.id]).toMatchObject({ note: { since: 'v2' } });
  });
});
