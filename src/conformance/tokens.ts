import assert from 'node:assert/strict';
import { renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { openTokens } from '../index.js';
import { type Case, failureOf, modeOf, textOf } from './case.js';

const creators = 3;
const createdEach = 10;
const deletions = 40;

const needsFile = 'an engine has no file that can be damaged';

/** What the tokens of a server do in one process. */
export const tokens: Case[] = [
  {
    name: 'a token keeps its name and permissions until it is deleted',
    async run({ place }) {
      await using tokens = openTokens(place);
      const { token, info } = await tokens.create({
        name: 'é',
        permissions: ['write', 'read'],
        expiresAt: null,
      });
      assert.match(token, /^oct_[0-9A-Za-z]{8}_[0-9A-Za-z]{28}$/);
      assert.deepEqual(await tokens.check(token), info);
      assert.deepEqual([info.name, info.permissions, info.expiresAt], ['é', ['read', 'write'], null]);
      assert.deepEqual(tokens.verify(token), info);
      assert.equal(await tokens.check(`${token.slice(0, -1)}${token.endsWith('0') ? 1 : 0}`), undefined);
      await using others = openTokens(place);
      assert.deepEqual(await others.check(token), info);
      assert.equal(await others.delete(info.id.slice(0, 6)), info.id);
      assert.equal(tokens.isLive(info.id), false);
      assert.equal(await tokens.check(token), undefined);
      await tokens.close();
      assert.equal((await failureOf(() => tokens.verify(token))).code, 'E_CLOSED');
    },
  },
  {
    name: 'the secret of a token is stored nowhere, and its file is private',
    needsFile,
    async run({ file }) {
      await using tokens = openTokens({ file });
      const { token } = await tokens.create();
      assert.equal(modeOf(file), '600');
      assert(!textOf(file).includes(token.slice(13)));
    },
  },
  {
    name: 'a token ends at its expiry, and a rotated one after its grace',
    async run({ place }) {
      let now = 1_800_000_000_000;
      await using tokens = openTokens(place, { now: () => now });
      const { token, info } = await tokens.create({ expiresAt: now + 1000 });
      const next = await tokens.rotate(info.id, { graceMs: 500, expiresAt: now + 2000 });
      now += 499;
      assert((await tokens.check(token)) && (await tokens.check(next.token)));
      now += 1;
      assert.equal(await tokens.check(token), undefined);
      now += 1500;
      assert.equal(tokens.isLive(next.info.id), false);
      const states = (await tokens.list()).map(({ state }) => state);
      assert.deepEqual(states, ['expired', 'expired']);
    },
  },
  {
    name: 'a verification fails on an unusable token file and leaves it alone, and the next change restores it',
    needsFile,
    async run({ file }) {
      const tokens = openTokens({ file });
      const { token, info } = await tokens.create();
      truncateSync(file, 9);
      assert.equal((await failureOf(() => tokens.verify(token))).code, 'E_CORRUPT');
      assert.equal(textOf(file).length, 9);
      await tokens.create();
      assert.deepEqual(tokens.verify(token), info);
      unlinkSync(file);
      assert.equal(tokens.verify(token), undefined);
    },
  },
  {
    name: 'a verification sees every change of the token file, by rename or in place',
    needsFile,
    async run({ file }) {
      const maker = openTokens({ file });
      const { token, info } = await maker.create();
      await maker.close();
      const tokens = openTokens({ file });
      const good = textOf(file);
      const bad = good.replace('"read"', '"rEAD"');
      for (let round = 0; round < 50; round++) {
        for (const text of [bad, good]) {
          if (round % 2 === 0) writeFileSync(file, text, { flag: 'r+' });
          else {
            writeFileSync(`${file}.mine`, text, { mode: 0o600 });
            renameSync(`${file}.mine`, file);
          }
          assert.deepEqual(tokens.verify(token), text === good ? info : undefined);
        }
      }
    },
  },
];

/** What several processes do to one token file. */
export const sharedTokens: Case[] = [
  {
    name: `${creators} processes that create ${createdEach} tokens each lose none, and each verifies all of them`,
    async run(lab) {
      const programs = Array.from({ length: creators }, () => lab.start('tokens', String(createdEach)));
      for (const program of programs) assert.equal(await program.line(), 'ready');
      for (const program of programs) program.tell('go');
      const made = (await Promise.all(programs.map((program) => program.line()))).flatMap(
        (line) => JSON.parse(line) as string[],
      );
      assert.equal(made.length, creators * createdEach);
      await using tokens = openTokens(lab.place);
      for (const token of made) assert(await tokens.check(token));
      for (const program of programs) program.tell(JSON.stringify(made));
      const told = await Promise.all(programs.map((program) => program.line()));
      assert.deepEqual(
        told,
        programs.map(() => String(made.length)),
      );
    },
  },
  {
    name: 'a token that another process has deleted is refused by the very next call',
    async run(lab) {
      await using tokens = openTokens(lab.place);
      const other = lab.start('verifyTokens');
      assert.equal(await other.line(), 'ready');
      for (let n = 0; n < deletions; n++) {
        const { token, info } = await tokens.create();
        other.tell(token);
        assert.equal(await other.line(), info.id);
        await tokens.delete(info.id);
        other.tell(token);
        assert.equal(await other.line(), 'refused');
      }
    },
  },
];
