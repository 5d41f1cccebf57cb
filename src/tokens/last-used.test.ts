import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StoreEvent } from '../store/backend/backend.js';
import { newDirectory } from '../store/scratch.test.helper.js';
import { openTokens } from './tokens.js';

let file: string;
let used: string;
const clock = { now: 0 };
const open = () => openTokens({ file, now: () => clock.now });
beforeEach(() => {
  file = path.join(newDirectory(), 'auth-tokens.json');
  used = `${file}.used`;
  clock.now = 1_800_000_000_000;
});

it('the last use is listed by every process, and does not change the token file', async () => {
  const tokens = open();
  const { token, info } = await tokens.create();
  const change = () => statSync(file, { bigint: true }).ctimeNs;
  const before = change();
  expect(await tokens.list()).toMatchObject([{ id: info.id, lastUsedAt: null }]);
  clock.now += 5000;
  tokens.verify(token);
  await tokens.close();
  expect(await open().list()).toMatchObject([{ id: info.id, lastUsedAt: clock.now }]);
  expect(change()).toBe(before);
  expect(statSync(used).mode & 0o777).toBe(0o600);
  expect(readFileSync(used, 'utf8')).not.toContain(token.slice(13));
});

it('only one of many uses within a minute is written', async () => {
  const tokens = open();
  const { token, info } = await tokens.create();
  const begin = clock.now;
  for (; clock.now < begin + 60_000; clock.now += 1000) tokens.verify(token);
  await tokens.close();
  expect(JSON.parse(readFileSync(used, 'utf8'))).toEqual({ [info.id]: begin });
});

it('a later use is never replaced by an earlier one of another process', async () => {
  const [early, late] = [open(), open()];
  const { token, info } = await early.create();
  early.verify(token);
  clock.now += 1000;
  late.verify(token);
  await late.close();
  await early.close();
  expect(await open().list()).toMatchObject([{ id: info.id, lastUsedAt: clock.now }]);
});

it('a refused token does not count as used', async () => {
  const tokens = open();
  const { token } = await tokens.create({ expiresAt: clock.now + 1 });
  clock.now += 1;
  tokens.verify(token);
  await tokens.close();
  expect(readdirSync(path.dirname(file))).not.toContain('auth-tokens.json.used');
});

it('a deleted token leaves no last use behind', async () => {
  const tokens = open();
  const { token, info } = await tokens.create();
  tokens.verify(token);
  await tokens.close();
  await open().delete(info.id);
  expect(readFileSync(used, 'utf8')).toBe('{}');
});

it.each([
  ['can not be read', () => writeFileSync(used, '{"a":')],
  ['can not be written', () => mkdirSync(used)],
  ['was left half-written by a process that died', () => writeFileSync(`${used}.new`, '{')],
])('tokens are accepted and listed even if the file of last uses %s', async (_, spoil) => {
  const tokens = open();
  const { token, info } = await tokens.create();
  spoil();
  expect(tokens.verify(token)).toEqual(info);
  await tokens.close();
  const again = open();
  expect(again.verify(token)).toEqual(info);
  expect(await again.list()).toMatchObject([{ id: info.id, state: 'active' }]);
  await again.close();
  expect(readdirSync(path.dirname(file))).not.toContain('auth-tokens.json.used.new');
});

describe("a file of last uses that can't be read", () => {
  const bindSocket = 'socket($s, PF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un($ARGV[0])) or die';
  const noEnd = () => {
    writeFileSync(used, '');
    truncateSync(used, 1e12);
  };
  const cases: [what: string, make: () => void, reason: RegExp][] = [
    ['a pipe', () => execFileSync('mkfifo', [used]), /it is a pipe, not a file/],
    ['a socket', () => execFileSync('perl', ['-MSocket', '-e', bindSocket, used]), /it is a socket/],
    ['a directory', () => mkdirSync(used), /it is a directory, not a file/],
    ['a link', () => symlinkSync('elsewhere', used), /it is a symbolic link, not a file/],
    ['no JSON', () => writeFileSync(used, '{"a":'), /its 5 bytes are not JSON/],
    ['other JSON', () => writeFileSync(used, '{"a":"CANARY"}'), /an object of times was expected/],
    ['too large', noEnd, /1000000000000 bytes/],
  ];

  it.each(cases)('the last use of a token is unknown where the file is %s', async (_, make, reason) => {
    const tokens = open();
    const { info } = await tokens.create();
    make();
    const events: StoreEvent[] = [];
    const listing = openTokens({ file, now: () => clock.now, onEvent: (event) => events.push(event) });
    expect(await listing.list()).toMatchObject([{ id: info.id, lastUsedAt: 'unknown' }]);
    expect(events).toEqual([{ type: 'unreadable', file: used, reason: expect.stringMatching(reason) }]);
    expect(JSON.stringify(events)).not.toContain('CANARY');
  });

  it('the last use of an older token stays unknown after a server has written the file again', async () => {
    const tokens = open();
    const early = await tokens.create();
    const used1 = await tokens.create();
    writeFileSync(used, '{"a":');
    clock.now += 1000;
    tokens.verify(used1.token);
    await tokens.close();
    clock.now += 1000;
    const late = await open().create();
    expect(await open().list()).toMatchObject([
      { id: early.info.id, lastUsedAt: 'unknown' },
      { id: used1.info.id, lastUsedAt: clock.now - 1000 },
      { id: late.info.id, lastUsedAt: null },
    ]);
  });
});
