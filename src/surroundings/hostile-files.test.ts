import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listRecoverable } from '../store/file/doctor/recoverable.js';
import { failureOf, strangersIntent } from '../store/scratch.test.helper.js';
import { openStore } from '../store/store.js';
import { lacks, newWriter } from '../store/system.test.helper.js';
import { openTokens } from '../tokens/tokens.js';
import { patient, until } from '../waiting.test.helper.js';
import {
  asUser,
  attack,
  giveAll,
  homeOf,
  leaksIn,
  listingOf,
  mallory,
  newOutside,
  victim,
} from './attack.test.helper.js';

const options = { leaseMs: 20, ...patient };

function runAs(uid: number, script: string, ...args: string[]): void {
  execFileSync('setpriv', [...asUser(uid).slice(1), 'sh', '-ec', script, 'sh', ...args]);
}

const swapOnceBegun = `
  const { readdirSync, renameSync, symlinkSync, writeFileSync } = require('node:fs');
  const [intent, outside] = process.argv.slice(1);
  const count = readdirSync(intent + '/a').length;
  writeFileSync(intent + '/ready', '');
  while (readdirSync(intent + '/a').length === count);
  renameSync(intent + '/a', intent + '/../moved');
  symlinkSync(outside, intent + '/a');`;

/** A pipe in place of the claim. A process that reads it, to see whether it is its own, finds a link there when it writes. */
const pipeAndLink = `
  for claim in "$1".refresh/*; do
    mv "$claim" "$1".moved
    mkfifo "$claim"
    (exec 3>"$claim"; rm "$claim"; ln -s "$2" "$claim"; cat "$1".moved >&3) >/dev/null 2>&1 &
  done`;

/** A user's file, and a tree of root's that must stay as it is. */
function newCase(content = '{"a":1}') {
  const [home, outside] = [homeOf(mallory), newOutside()];
  const file = path.join(home, 'auth.json');
  writeFileSync(file, content, { mode: 0o600 });
  giveAll(home, mallory);
  return { home, outside, file, before: listingOf(outside) };
}

const isMissing = lacks('root', 'setpriv');

describe.skipIf(isMissing)('root at a user’s file', () => {
  it('root deletes nothing outside where a directory in an intent is swapped for a link meanwhile', async () => {
    const { home, outside, file, before } = newCase();
    const intent = strangersIntent(file);
    mkdirSync(path.join(intent, 'a'), { recursive: true });
    for (let n = 0; n < 3000; n++) writeFileSync(path.join(intent, 'a', `0${n}`), '');
    for (const name of readdirSync(outside)) writeFileSync(path.join(intent, 'a', name), '');
    giveAll(home, mallory);
    const attacker = attack(mallory, [process.execPath, '-e', swapOnceBegun, intent, outside]);
    await until(() => existsSync(`${intent}/ready`));
    const failure = await failureOf(openStore(file, options).set('b', 1));
    attacker.end();
    expect(failure.message).toContain('it is a directory, which no commit makes, so it was left alone');
    expect(listingOf(outside)).toEqual(before);
  });

  it('root makes no claim through a link in the place of the claims', async () => {
    const { outside, file, before } = newCase();
    symlinkSync(outside, `${file}.refresh`);
    const store = openStore(file, options);
    await failureOf(
      store.refresh(
        'a',
        () => false,
        () => 2,
      ),
    );
    expect(listingOf(outside)).toEqual(before);
  });

  it('root writes the failure of a refresh into its own claim, whatever has its name', async () => {
    const { outside, file, before } = newCase();
    const store = openStore(file, options);
    const swap = () => {
      runAs(mallory, pipeAndLink, file, path.join(outside, 'secret.json'));
      throw new Error('refused');
    };
    const call = store.refresh('a', () => false, swap);
    expect(await failureOf(call)).toMatchObject({ code: 'E_REFRESH' });
    expect(existsSync(`${file}.moved`)).toBe(true);
    expect(listingOf(outside)).toEqual(before);
  });

  it('root stages nothing in a link in the place of its intent', async () => {
    const { outside, file, before, home } = newCase();
    let swaps = 0;
    const swap = () => {
      if (swaps++ > 0) return 2;
      const script = 'for intent in "$1".intents/i-*; do mv "$intent" "$1".moved; ln -s "$2" "$intent"; done';
      runAs(mallory, script, file, outside);
      return 2;
    };
    await openStore(file, options)
      .update('a', swap)
      .catch(() => {});
    expect(existsSync(`${file}.moved`)).toBe(true);
    expect(listingOf(outside)).toEqual(before);
    expect(leaksIn(home, mallory)).toEqual([]);
  });

  it.each(['secret.json', 'not-there.json'])('root follows no link of the user to %s', async (target) => {
    const { outside, file, before } = newCase();
    execFileSync('rm', [file]);
    runAs(mallory, 'ln -s "$2" "$1"', file, path.join(outside, target));
    expect(await failureOf(openStore(file, options).set('a', 1))).toMatchObject({ code: 'E_UNSAFE' });
    expect(await failureOf(openStore(file, options).get('a'))).toMatchObject({ code: 'E_UNSAFE' });
    expect(listingOf(outside)).toEqual(before);
  });

  it('root lists no link as a copy to restore', () => {
    const { outside, file } = newCase();
    runAs(mallory, 'ln -s "$2" "$1".corrupt-x', file, path.join(outside, 'secret.json'));
    expect(listRecoverable(file).found).toEqual([]);
  });

  it('root leaves the file with the last use of tokens to the user', async () => {
    const { home } = newCase();
    const file = path.join(home, 'auth-tokens.json');
    const tokens = openTokens({ file });
    const { token } = await tokens.create();
    expect(tokens.verify(token)).toBeDefined();
    await tokens.close();
    expect(lstatSync(`${file}.used`).uid).toBe(mallory);
  });
});

/** A directory of root's in which all may write. */
function shared(mode: number): string {
  return homeOf(0, mode);
}

describe.skipIf(isMissing)('a directory that others may write to', () => {
  it('a directory that all may write to is refused with the command that mends it, unless the caller insists', async () => {
    const directory = shared(0o777);
    const file = path.join(directory, 'auth.json');
    const call = ['set', file, 'a', 1];
    const answer = await (await newWriter({ wrapper: asUser(victim) })).call(...call);
    expect(answer).toMatchObject({ ok: false, code: 'E_UNSAFE', definite: true });
    expect(answer.message).toContain(`chmod go-w ${directory}`);
    expect(readdirSync(directory)).toEqual([]);
    const insisting = await newWriter({ wrapper: asUser(victim), options: { allowUnsafe: true } });
    expect(await insisting.call(...call)).toEqual({ ok: true });
  });

  it("a sticky directory is accepted for one's own file, and refused for that of another user", async () => {
    const file = path.join(shared(0o1777), 'auth.json');
    const owner = await newWriter({ wrapper: asUser(victim) });
    expect(await owner.call('set', file, 'a', 1)).toEqual({ ok: true });
    expect(await owner.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    for (const wrapper of [asUser(mallory), []]) {
      const other = await newWriter({ wrapper });
      expect(await other.call('set', file, 'a', 2)).toMatchObject({ ok: false, code: 'E_UNSAFE' });
    }
    expect(await owner.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
  });

  it.each(['.last', '.intents', '.corrupt-x'])(
    'a sticky directory with another user’s auth.json%s is refused, except for a kept copy',
    async (suffix) => {
      const file = path.join(shared(0o1777), 'auth.json');
      const script = suffix === '.intents' ? 'mkdir "$1"' : 'echo "{}" > "$1"';
      runAs(mallory, script, file + suffix);
      const owner = await newWriter({ wrapper: asUser(victim) });
      const answer = await owner.call('set', file, 'a', 1);
      // What was kept of damage is no part of a commit.
      if (suffix === '.corrupt-x') expect(answer).toEqual({ ok: true });
      else expect(answer).toMatchObject({ ok: false, code: 'E_UNSAFE' });
    },
  );

  it('a group-writable directory is accepted for the user’s own group, and refused for another', async () => {
    const home = homeOf(victim, 0o775);
    const file = path.join(home, 'auth.json');
    const owner = await newWriter({ wrapper: asUser(victim) });
    expect(await owner.call('set', file, 'a', 1)).toEqual({ ok: true });
    // A group that is another user's first one, or has members: `sys`, or that of the other user.
    execFileSync('chown', [`${victim}:${mallory}`, home]);
    chmodSync(home, 0o775);
    const again = await newWriter({ wrapper: asUser(victim) });
    expect(await again.call('set', file, 'a', 2)).toMatchObject({ ok: false, code: 'E_UNSAFE' });
  });

  it('a token in a token file of another user is refused', async () => {
    const file = path.join(shared(0o1777), 'auth-tokens.json');
    const elsewhere = path.join(homeOf(0), 'auth-tokens.json');
    const made = openTokens({ file: elsewhere });
    const { token } = await made.create();
    await made.close();
    execFileSync('cp', [elsewhere, file]);
    execFileSync('chown', [`${mallory}:${mallory}`, file]);
    const tokens = openTokens({ file });
    expect(await failureOf(() => tokens.verify(token))).toMatchObject({ code: 'E_UNSAFE' });
    await tokens.close();
  });
});

it.skipIf(isMissing || lacks('users'))(
  'root of a user namespace follows the links of the real root',
  async () => {
    const home = homeOf(victim);
    const link = path.join(path.dirname(home), 'link');
    symlinkSync(home, link);
    const writer = await newWriter({ wrapper: [...asUser(victim), 'unshare', '-Ur'] });
    const file = path.join(link, 'auth.json');
    expect(await writer.call('set', file, 'a', 1)).toEqual({ ok: true });
    expect(await writer.call('all', file)).toEqual({ ok: true, value: { a: 1 } });
    expect(lstatSync(path.join(home, 'auth.json')).uid).toBe(victim);
  },
);
