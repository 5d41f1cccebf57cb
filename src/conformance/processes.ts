import assert from 'node:assert/strict';
import { readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { type Changes, openStore } from '../index.js';
import { type Case, type Lab, type Program, until } from './case.js';
import { expired, newProvider } from './provider.js';

/** Starts them, and lets them go when all are ready. */
async function together(programs: Program[]): Promise<string[]> {
  for (const program of programs) assert.equal(await program.line(), 'ready');
  for (const program of programs) program.tell('go');
  const said = await Promise.all(programs.map((program) => program.line()));
  assert.deepEqual(
    await Promise.all(programs.map(({ ended }) => ended)),
    programs.map(() => 0),
  );
  return said;
}

const contenders = 4;
const setsEach = 50;
const addsEach = 15;

/** What several processes do to one file. Where a lab mixes runtimes, they take turns. */
export const processes: Case[] = [
  {
    name: `${contenders} processes with ${setsEach} sets each lose nothing`,
    async run(lab) {
      const names = Array.from({ length: contenders }, (_, n) => `p${n}`);
      await together(names.map((name) => lab.start('sets', name, String(setsEach))));
      const keys = names.flatMap((name) => Array.from({ length: setsEach }, (_, n) => `${name}-${n}`));
      assert.deepEqual(Object.keys(await lab.entries()).sort(), keys.sort());
      await leavesNothing(lab);
    },
  },
  {
    name: `${contenders} processes that add to one number ${addsEach} times each lose no step`,
    async run(lab) {
      await together(Array.from({ length: contenders }, () => lab.start('adds', String(addsEach))));
      assert.deepEqual(await lab.entries(), { count: contenders * addsEach });
      await leavesNothing(lab);
    },
  },
  {
    name: 'only one of three processes refreshes an expired credential, and the others adopt it',
    async run(lab) {
      const provider = await newProvider();
      try {
        await using store = openStore(lab.place);
        await store.set('login', expired);
        const got = await together(Array.from({ length: 3 }, () => lab.start('refresh', provider.url)));
        assert.deepEqual(provider.spent, ['refresh-0']);
        for (const text of got) assert.equal(JSON.parse(text).access, 'access-1');
        assert.equal(((await lab.entries()).login as typeof expired).refresh, 'refresh-1');
      } finally {
        provider.close();
      }
    },
  },
  {
    name: 'a process that died in the middle of a commit is passed at once, and its change did not happen',
    async run(lab) {
      const dead = lab.start('dieInCommit');
      await dead.ended;
      if (lab.place === lab.file) assert.equal(readdirSync(`${lab.file}.intents`).length, 1);
      await openStore(lab.place, { leaseMs: 3_600_000, deadlineMs: 30_000 }).set('a', 1);
      assert.deepEqual(await lab.entries(), { a: 1 });
    },
  },
  {
    name: 'a process that stops in the middle of a commit is passed after its lease, and erases no newer commit',
    async run(lab) {
      const silent = lab.start('stopInCommit');
      assert.equal(await silent.line(), 'stopping');
      await openStore(lab.place, { leaseMs: 100 }).set('a', 1);
      assert.deepEqual(await lab.entries(), { a: 1 });
      silent.signal('SIGCONT');
      assert.equal(await silent.line(), 'done');
      assert.deepEqual(await lab.entries(), { a: 1, late: 1 });
    },
  },
  {
    name: 'a process that closes nothing ends on its own, and its acknowledged write is stored',
    async run(lab) {
      const program = lab.start('setAndEnd');
      assert.equal(await program.line(), 'done');
      assert.equal(await program.ended, 0);
      assert.deepEqual(await lab.entries(), { last: 'breath' });
    },
  },
  {
    name: 'a watch reports the keys that other programs change, with the store or without it, until it ends',
    needsFile: 'programs without the store write the file',
    async run(lab) {
      const { file } = lab;
      const told: Changes[] = [];
      const watching = openStore(file);
      const end = watching.watch((changes) => told.push(changes));
      const next = async () => {
        await until(() => told.length > 0);
        return told.shift();
      };
      lab.start('set', 'a', '1');
      assert.deepEqual(await next(), { changed: ['a'], removed: [] });
      writeFileSync(file, '{"a":"1","b":2}');
      assert.deepEqual(await next(), { changed: ['b'], removed: [] });
      unlinkSync(file);
      assert.deepEqual(await next(), { changed: [], removed: ['a', 'b'] });
      end();
      await lab.start('set', 'c', '3').ended;
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.deepEqual(told, []);
      await watching.close();
    },
  },
  {
    name: 'a watch reports the keys that other programs set and remove, in order, until it ends',
    async run(lab) {
      const told: Changes[] = [];
      const watching = openStore(lab.place);
      let hasBegun = false;
      const onBegin = () => {
        hasBegun = true;
      };
      const end = watching.watch((changes) => told.push(changes), { onBegin });
      await until(() => hasBegun);
      const next = async () => {
        await until(() => told.length > 0);
        return told.shift();
      };
      lab.start('set', 'a', '1');
      assert.deepEqual(await next(), { changed: ['a'], removed: [] });
      await using other = openStore(lab.place);
      await other.remove('a');
      assert.deepEqual(await next(), { changed: [], removed: ['a'] });
      end();
      await other.set('b', 2);
      await new Promise((resolve) => setTimeout(resolve, 300));
      assert.deepEqual(told, []);
      await watching.close();
    },
  },
];

async function leavesNothing({ file, place }: Lab): Promise<void> {
  if (place !== file) return;
  await openStore(file).set('sweep', 1);
  assert.deepEqual(readdirSync(`${file}.intents`), []);
}
