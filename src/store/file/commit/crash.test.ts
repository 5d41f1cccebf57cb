import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eachInTiers } from '../../../tiers.test.helper.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { type Answer, newWriter } from '../../system.test.helper.js';

/**
 * In a process of its own: harm at the n-th call into the file system that the first write makes, before it or in its place.
 * At its end it says how many calls there were.
 */
const harmful = `
  const { syncBuiltinESMExports } = await import('node:module');
  const { at, harm } = JSON.parse(process.env.HARM);
  const names = ['openSync', 'readSync', 'writeSync', 'closeSync', 'renameSync', 'mkdirSync', 'rmdirSync', 'unlinkSync',
    'rmSync', 'readdirSync', 'readFileSync', 'lstatSync', 'statSync', 'fstatSync', 'chmodSync', 'fchmodSync', 'readlinkSync',
    'linkSync', 'fsync', 'fsyncSync'];
  const ends = {
    SIGKILL: () => process.kill(process.pid, 'SIGKILL'),
    SIGTERM: () => process.kill(process.pid, 'SIGTERM'),
    'process.exit()': () => process.exit(3),
    'an uncaught error': () => process.nextTick(() => { throw new Error('on purpose'); }),
  };
  const say = fs.writeSync;
  let count = 0;
  let isArmed = false;
  for (const name of names) {
    const original = fs[name];
    fs[name] = (...args) => {
      // The answer: what comes after it is not harmed.
      if (name === 'writeSync' && args[0] === 1) isArmed = false;
      if (!isArmed || ++count !== at) return original(...args);
      ends[harm]?.();
      if (ends[harm]) return original(...args);
      const error = Object.assign(new Error(harm), { code: harm });
      if (name === 'fsync') return process.nextTick(args[1], error);
      throw error;
    };
  }
  syncBuiltinESMExports();
  process.stdin.once('data', () => { isArmed = true; });
  process.on('beforeExit', () => say(1, count + '\\n'));
  // What it dies of need not be seen.
  if (ends[harm]) fs.openSync('/dev/null', fs.closeSync(2) ?? 'w');`;

interface End {
  /** What its caller was told; undefined if it did not live to tell. */
  told: Answer | undefined;
  /** What the same process was told when it tried again. */
  again: Answer | undefined;
  file: string;
}

const changes = { set: ['set', 'late', 1], update: ['add', 'late', 1] };

async function harmed(harm: string, at: number, [method, ...args]: unknown[]) {
  const file = newFile();
  await openStore(file).set('before', true);
  const writer = await newWriter({ setup: harmful, env: { HARM: JSON.stringify({ at, harm }) } });
  const told = await writer.call(method, file, ...args).catch(() => undefined);
  const again = told && (await writer.call('set', file, 'again', 2).catch(() => undefined));
  writer.endInput();
  const count = Number(await writer.line().catch(() => 0));
  await writer.ended;
  return { told, again, file, count };
}

/** Harms each call in turn, a few processes at once, and looks at what is there then. */
async function atEveryCall(
  harm: string,
  change: unknown[],
  look: (end: End) => Promise<void>,
): Promise<number> {
  const { count } = await harmed(harm, 0, change);
  let next = 1;
  const lane = async () => {
    while (next <= count) await look(await harmed(harm, next++, change));
  };
  await Promise.all([lane(), lane(), lane()]);
  expect(count).toBeGreaterThan(20);
  return count;
}

/** The file is whole at once, with all that was acknowledged, and the next write leaves nothing else behind. */
async function expectWhole({ told, again, file }: End): Promise<void> {
  const late = told?.ok ? [{ late: 1 }] : told?.definite ? [{}] : [{}, { late: 1 }];
  const twice = again ? [{ again: 2 }] : told ? [{}, { again: 2 }] : [{}];
  const states = late.flatMap((first) => twice.map((second) => ({ before: true, ...first, ...second })));
  expect(states).toContainEqual(JSON.parse(textOf(file)));
  const store = openStore(file);
  const seen = await store.all();
  expect(states).toContainEqual(seen);
  await store.set('next', 3);
  expect(JSON.parse(textOf(file))).toEqual({ ...seen, next: 3 });
  expect(readdirSync(path.dirname(file)).toSorted()).toEqual([
    'auth.json',
    'auth.json.intents',
    'auth.json.last',
  ]);
  expect(readdirSync(`${file}.intents`)).toEqual([]);
}

const ends: [string, keyof typeof changes][] = [
  ['SIGKILL', 'set'],
  ['SIGKILL', 'update'],
  ['SIGTERM', 'update'],
  ['process.exit()', 'set'],
  ['an uncaught error', 'set'],
];
eachInTiers(ends)('%s at any call of %s leaves the file whole, and nothing behind', async (harm, change) => {
  await atEveryCall(harm, changes[change], expectWhole);
});

const errors: [string, keyof typeof changes][] = [
  ['EIO', 'set'],
  ['EACCES', 'set'],
  ['ENOSPC', 'update'],
];
eachInTiers(errors)(
  '%s at any call of %s is reported correctly, and the next write succeeds',
  async (errno, change) => {
    await atEveryCall(errno, changes[change], async (end) => {
      expect(end.told).toBeDefined();
      expect(end.again).toEqual({ ok: true });
      await expectWhole(end);
    });
  },
);
