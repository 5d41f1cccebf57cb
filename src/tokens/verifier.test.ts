import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StoreError } from '../errors/store-error.js';
import { failureOf, newDirectory } from '../store/scratch.test.helper.js';
import { library, runBuilt } from '../store/system.test.helper.js';
import { propertyInTiers } from '../tiers.test.helper.js';
import { openTokens, type Tokens } from './tokens.js';

/** The verifier sees the file as it is now; what it can't read lets nobody in, and is left as it is. */
let file: string;
let tokens: Tokens;
let token: string;
let id: string;
beforeEach(async () => {
  file = path.join(newDirectory(), 'auth-tokens.json');
  tokens = openTokens({ file });
  ({
    token,
    info: { id },
  } = await tokens.create());
});

const text = () => readFileSync(file, 'utf8');
const without = (key: string) => {
  const { [key]: _, ...others } = JSON.parse(text());
  return JSON.stringify(others);
};
function replace(content: string | Buffer): void {
  writeFileSync(`${file}.mine`, content, { mode: 0o600 });
  renameSync(`${file}.mine`, file);
}
function instead(make: () => void): void {
  rmSync(file);
  make();
}

describe('a change by another process', () => {
  const title = 'verify sees a deletion and a creation of another process with the very next call';
  propertyInTiers(title, { few: 40, many: 150 }, async (rounds) => {
    const other = runBuilt(
      `
      import { createInterface } from 'node:readline';
      import { openTokens } from ${JSON.stringify(library)};
      const tokens = openTokens({ file: process.env.FILE });
      const { token, info } = await tokens.create();
      console.log(JSON.stringify([token, info.id]));
      for await (const id of createInterface({ input: process.stdin })) {
        await tokens.delete(id);
        const { token, info } = await tokens.create();
        console.log(JSON.stringify([token, info.id]));
      }`,
      { FILE: file },
    );
    let [now, nowId] = JSON.parse(await other.line());
    for (let round = 0; round < rounds; round++) {
      expect(tokens.verify(now)?.id).toBe(nowId);
      other.tell(nowId);
      const before = now;
      [now, nowId] = JSON.parse(await other.line());
      expect(tokens.verify(before)).toBeUndefined();
    }
    other.endInput();
    expect(await tokens.list()).toHaveLength(2);
  });
});

describe('a file that is missing', () => {
  it('no token is accepted where the file is missing, and its entry does not come back', async () => {
    expect(tokens.verify(token)?.id).toBe(id);
    unlinkSync(file);
    expect(tokens.verify(token)).toBeUndefined();
    expect(await tokens.list()).toEqual([]);
    await tokens.create();
    expect(tokens.verify(token)).toBeUndefined();
  });
});

describe('a file that is unusable', () => {
  const states: [string, StoreError['code'], () => void][] = [
    ['it is empty', 'E_CORRUPT', () => truncateSync(file, 0)],
    ['it is cut', 'E_CORRUPT', () => truncateSync(file, 20)],
    ['it is a list', 'E_CORRUPT', () => replace('[]')],
    ['it is not UTF-8', 'E_CORRUPT', () => replace(Buffer.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['others may write it', 'E_UNSAFE', () => chmodSync(file, 0o622)],
    ['it is a directory', 'E_IO', () => instead(() => mkdirSync(file))],
    ['it is of some gigabytes', 'E_IO', () => truncateSync(file, 3e9)],
    ['it is a pipe', 'E_IO', () => instead(() => execFileSync('mkfifo', ['-m', '600', file]))],
    ['it is a link to itself', 'E_IO', () => instead(() => symlinkSync(file, file))],
    [
      'its directory is a file',
      'E_IO',
      () => {
        rmSync(path.dirname(file), { recursive: true });
        writeFileSync(path.dirname(file), '');
      },
    ],
  ];
  it.each(states)(
    'every call fails where %s, even for a token accepted before, and nothing is written',
    async (_, code, damage) => {
      expect(tokens.verify(token)?.id).toBe(id);
      damage();
      const listed = () =>
        execFileSync('ls', ['-lRi', '--time-style=full-iso', path.dirname(file)], { encoding: 'utf8' });
      const before = listed();
      for (const call of [() => tokens.verify(token), () => tokens.isLive(id), () => tokens.verify(token)]) {
        const error = await failureOf(call);
        expect(error.code).toBe(code);
        expect(error.message).toContain(file);
        expect(error.message).not.toContain(id);
      }
      expect(listed()).toBe(before);
    },
  );

  it('a repaired file counts at once', async () => {
    const good = text();
    replace('{');
    expect((await failureOf(() => tokens.verify(token))).code).toBe('E_CORRUPT');
    replace(good);
    expect(tokens.verify(token)?.id).toBe(id);
  });

  it('the next list or change restores a file that was damaged in place, without what was deleted', async () => {
    const deleted = await tokens.create();
    await tokens.delete(deleted.info.id);
    truncateSync(file, 20);
    expect((await tokens.list()).map((one) => one.id)).toEqual([id]);
    expect(tokens.verify(token)?.id).toBe(id);
    expect(tokens.verify(deleted.token)).toBeUndefined();
  });
});

it('an entry that an editor removes is gone, however recent it was', async () => {
  const { info } = await tokens.create();
  replace(without(id));
  expect(tokens.verify(token)).toBeUndefined();
  expect((await tokens.list()).map((one) => one.id)).toEqual([info.id]);
  expect(tokens.verify(token)).toBeUndefined();
});

it('the verifier holds one file open, and none after close', async () => {
  const content = text();
  // Made by nobody who holds it open.
  file = path.join(newDirectory(), 'auth-tokens.json');
  tokens = openTokens({ file });
  for (let round = 0; round < 20; round++) {
    replace(content);
    expect(tokens.verify(token)?.id).toBe(id);
    expect(heldOpen()).toEqual([file]);
  }
  replace('{');
  await failureOf(() => tokens.verify(token));
  expect(heldOpen()).toEqual([file]);
  replace('{}');
  tokens.verify(token);
  expect(heldOpen()).toEqual([file]);
  await tokens.close();
  expect(heldOpen()).toEqual([]);
});

function heldOpen(): string[] {
  const places = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      // That of the listing itself.
      return '';
    }
  });
  return places.filter((place) => place.startsWith(file));
}
