import {
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { atLeast } from '../amount.test.helper.js';
import { StoreError } from '../errors/store-error.js';
import { listRecoverable, restoreEntries } from '../store/file/doctor/recoverable.js';
import { runCommand, strangersIntent } from '../store/scratch.test.helper.js';
import { openStore } from '../store/store.js';
import { built, lacks } from '../store/system.test.helper.js';
import { propertyInTiers } from '../tiers.test.helper.js';
import { until } from '../waiting.test.helper.js';
import {
  asUser,
  attack,
  compileExchange,
  giveAll,
  homeOf,
  leaksIn,
  listingOf,
  mallory,
  newOutside,
  victim,
} from './attack.test.helper.js';

/** How many calls are attacked in all: by `npm test`, and later; 10,000 by hand. */
const few = 120;
const many = atLeast(400, 'HOLDFAST_ROUNDS');
const deadlineMs = 2000;

const calls: [name: string, call: (file: string) => Promise<unknown>][] = [
  ['set', (file) => used(file, (store) => store.set('c', 3))],
  ['get', (file) => used(file, (store) => store.get('a'))],
  ['refresh', (file) => used(file, (store) => refresh(store, () => Math.random()))],
  [
    'a refresh that fails',
    (file) => used(file, (store) => refresh(store, () => Promise.reject(new Error()))),
  ],
  ['restore', restore],
];

/** What is exchanged with what stands beside it, and where that leads. */
const names: [name: string, target: string][] = [
  ['data', ''],
  ['data/auth.json', 'secret.json'],
  ['data/auth.json.last', 'secret.json'],
  ['data/auth.json.intents', ''],
  ['data/auth.json.refresh', ''],
  ['data/auth.json.corrupt-0', 'secret.json'],
];

async function used<T>(file: string, use: (store: ReturnType<typeof openStore>) => Promise<T>): Promise<T> {
  const store = openStore(file, { deadlineMs, leaseMs: 20 });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function refresh(store: ReturnType<typeof openStore>, ask: () => unknown): Promise<unknown> {
  return store.refresh('a', () => false, ask, { leaseMs: 50, deadlineMs });
}

async function restore(file: string): Promise<void> {
  const kept = listRecoverable(file).found.find(({ name }) => name.startsWith('corrupt'));
  if (kept) await restoreEntries(file, kept.entries, { deadlineMs, overwrite: true });
}

/** A user's directory with all that belongs to a file, and beside each name a link that leads outside. */
function prepare(home: string, outside: string): void {
  const data = path.join(home, 'data');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(strangersIntent(path.join(data, 'auth.json')), { recursive: true });
  mkdirSync(path.join(data, 'auth.json.refresh'));
  writeFileSync(path.join(strangersIntent(path.join(data, 'auth.json')), 'new'), '');
  writeFileSync(path.join(data, 'auth.json'), '{"a":1}', { mode: 0o600 });
  writeFileSync(path.join(data, 'auth.json.corrupt-0'), '{"a":9}', { mode: 0o600 });
  for (const [name, target] of names) {
    rmSync(path.join(home, `${name}~`), { recursive: true, force: true });
    symlinkSync(path.join(outside, target), path.join(home, `${name}~`));
  }
  giveAll(home, mallory);
}

function isLink(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** The link may stand where the directory was. */
function settle(home: string): void {
  for (const name of readdirSync(home))
    if (name === 'data~') renameSync(path.join(home, name), path.join(home, 'moved'));
  for (const name of readdirSync(home)) rmSync(path.join(home, name), { recursive: true, force: true });
}

function report(name: string, ends: ReadonlyMap<string, number>): void {
  if (process.env.HOLDFAST_ROUNDS) process.stderr.write(`${name} ${JSON.stringify([...ends])}\n`);
}

const exchange = lacks('root', 'setpriv') ? undefined : compileExchange();

describe.skipIf(exchange === undefined)('root in a user’s directory while a name is exchanged', () => {
  describe.each(names)('%s', (name) => {
    propertyInTiers(
      'nothing outside is touched, changed or disclosed, and every call ends, while it is exchanged',
      { few, many },
      exchanged,
    );

    async function exchanged(rounds: number): Promise<void> {
      const [home, outside] = [homeOf(mallory), newOutside()];
      const before = listingOf(outside);
      const ends = new Map<string, number>();
      for (let round = 0; round < rounds / names.length / calls.length; round++) {
        prepare(home, outside);
        const attacker = attack(mallory, [exchange ?? '', home, name, `${name}~`]);
        const place = path.join(home, name);
        // What is not there yet, such as a copy, can't be exchanged before a call has made it.
        if (lstatSync(place, { throwIfNoEntry: false })) await until(() => isLink(place));
        const file = path.join(home, 'data', 'auth.json');
        for (const [, call] of calls) {
          const end = await call(file).then(
            () => 'ok',
            (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
          );
          ends.set(end, (ends.get(end) ?? 0) + 1);
        }
        attacker.end();
        await attacker.ended;
        expect(listingOf(outside)).toEqual(before);
        expect(leaksIn(home, mallory)).toEqual([]);
        settle(home);
      }
      report(name, ends);
      for (const end of ends.keys())
        expect(['ok', 'E_IO', 'E_UNSAFE', 'E_TIMEOUT', 'E_UNKNOWN', 'E_REFRESH', 'E_CORRUPT']).toContain(end);
    }
  });
});

/** In a process of its own, as another user: calls by turns, and how they ended. */
const visitorSource = (file: string, count: number) => `
  const { openStore } = await import(${JSON.stringify(built('store'))});
  const { listRecoverable, restoreEntries } = await import(${JSON.stringify(built('file/doctor/recoverable'))});
  const { lstatSync, readdirSync, rmSync } = await import('node:fs');
  const file = ${JSON.stringify(file)};
  const directory = ${JSON.stringify(path.dirname(file))};
  // Only its own, which no other user can swap in a sticky directory: removing goes through links.
  const removeOwn = (name) => {
    const place = directory + '/' + name;
    if (lstatSync(place, { throwIfNoEntry: false })?.uid === process.geteuid()) rmSync(place, { recursive: true });
  };
  const ends = {};
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const restore = async () => {
    const kept = listRecoverable(file).found.find(({ name }) => name.startsWith('corrupt'));
    if (kept) await restoreEntries(file, kept.entries, { deadlineMs: 2000, overwrite: true });
  };
  for (let n = 0; n < ${count}; n++) {
    const store = openStore(file, { deadlineMs: 2000, leaseMs: 20 });
    const refresh = () => store.refresh('a', () => false, () => n, { leaseMs: 50, deadlineMs: 2000 });
    const calls = [() => store.set('a', n), () => store.get('a'), refresh, restore];
    const end = await calls[n % 4]().then(() => 'ok', (error) => error.name === 'StoreError' ? error.code : String(error));
    ends[end] = (ends[end] ?? 0) + 1;
    await store.close();
    if (n % 5 === 4) readdirSync(directory).forEach(removeOwn);
  }
  console.log(JSON.stringify(ends));`;

describe.skipIf(exchange === undefined)('a user in a directory that all share', () => {
  describe.each(['1777', '777'])('of mode %s', (mode) => {
    propertyInTiers('nothing of the user outside is touched, changed or disclosed', { few, many }, visited);

    async function visited(rounds: number): Promise<void> {
      const [home, outside] = [homeOf(0, Number.parseInt(mode, 8)), newOutside()];
      giveAll(outside, victim);
      const before = listingOf(outside);
      const file = path.join(home, 'auth.json');
      const pairs = ['', '.last', '.intents', '.refresh', '.corrupt-0'].map((suffix) => `auth.json${suffix}`);
      for (const name of pairs) {
        symlinkSync(
          path.join(outside, /intents|refresh/.test(name) ? '' : 'secret.json'),
          path.join(home, `${name}~`),
        );
        writeFileSync(path.join(home, `${name}-`), '{"a":7}');
      }
      giveAll(home, mallory);
      chownSync(home, 0, 0);
      const visitor = runCommand([
        ...asUser(victim),
        process.execPath,
        '--input-type=module',
        '-e',
        visitorSource(file, Math.ceil(rounds / 2)),
      ]);
      expect(await visitor.line()).toBe('ready');
      // Each name comes, changes and goes, by two hands.
      const attackers = [
        attack(mallory, [exchange ?? '', home, ...pairs.flatMap((name) => [`${name}~`, `${name}-`])]),
        attack(mallory, ['sh', '-c', comeAndGo, 'sh', home, ...pairs]),
      ];
      visitor.tell('begin');
      const ends = new Map<string, number>(Object.entries(JSON.parse(await visitor.line())));
      visitor.endInput();
      for (const { end } of attackers) end();
      await Promise.all(attackers.map(({ ended }) => ended));
      report(`mode ${mode}`, ends);
      expect(listingOf(outside)).toEqual(before);
      expect(leaksIn(home, mallory)).toEqual([]);
      for (const end of ends.keys())
        expect(['ok', 'E_IO', 'E_UNSAFE', 'E_TIMEOUT', 'E_UNKNOWN', 'E_REFRESH']).toContain(end);
    }
  });
});

const comeAndGo = `cd "$1"; shift
  while :; do
    for name; do ln -s "$(readlink "$name~" || readlink "$name-")" "$name"; rm -f "$name"; mkdir "$name"; rmdir "$name"; done 2>/dev/null
  done`;
