import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { long } from '../../../tiers.test.helper.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import { type Answer, built, newWriter, type Writer } from '../../system.test.helper.js';

/**
 * In a process of its own: harm at the n-th call into the file system that a write makes, before it or in its place. The number
 * comes with the request, as its last argument. At the end the process says how many calls the last such write made.
 */
const harmful = `
  const { interceptEach } = await import(${JSON.stringify(built('intercept.test.helper'))});
  const { harm } = JSON.parse(process.env.HARM);
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
  let at = 0;
  let count = 0;
  let isArmed = false;
  interceptEach(names, (original, name) => (...args) => {
    // The answer: what comes after it is not harmed.
    if (name === 'writeSync' && args[0] === 1) isArmed = false;
    if (!isArmed || ++count !== at) return original(...args);
    ends[harm]?.();
    if (ends[harm]) return original(...args);
    const error = Object.assign(new Error(harm), { code: harm });
    if (name === 'fsync') return process.nextTick(args[1], error);
    throw error;
  });
  process.stdin.on('data', (line) => {
    const { harmAt } = JSON.parse(line).at(-1);
    if (harmAt === undefined) return;
    at = harmAt;
    count = 0;
    isArmed = true;
  });
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

const newHarmedWriter = (harm: string) =>
  newWriter({ setup: harmful, env: { HARM: JSON.stringify({ harm }) } });

/** Harms one call of a change to a new file, and tries again. */
async function change(writer: Writer, at: number, [method, ...args]: unknown[]): Promise<End> {
  const file = newFile();
  await openStore(file).set('before', true);
  const told = await writer.call(method, file, ...args, { harmAt: at }).catch(() => undefined);
  const again = told && (await writer.call('set', file, 'again', 2).catch(() => undefined));
  return { told, again, file };
}

async function harmed(harm: string, at: number, [method, ...args]: unknown[]) {
  const writer = await newHarmedWriter(harm);
  const { told, again, file } = await change(writer, at, [method, ...args]);
  writer.endInput();
  const count = Number(await writer.line().catch(() => 0));
  await writer.ended;
  return { told, again, file, count };
}

/** Harms each call in turn, or every `step`th, a few processes at once, and looks at what is there then. */
async function atEveryCall(
  harm: string,
  change: unknown[],
  look: (end: End) => Promise<void>,
  step = 1,
): Promise<void> {
  const { count } = await harmed(harm, 0, change);
  let next = 1;
  const lane = async () => {
    while (next <= count) {
      const at = next;
      next += step;
      await look(await harmed(harm, at, change));
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  expect(count).toBeGreaterThan(20);
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
it('SIGKILL at every tenth call of a set leaves the file whole, and nothing behind', async () => {
  await atEveryCall('SIGKILL', changes.set, expectWhole, 10);
});
it.each(ends)(
  '%s at any call of %s leaves the file whole, and nothing behind',
  long,
  async (harm, change) => {
    await atEveryCall(harm, changes[change], expectWhole);
  },
);

const errors: [string, keyof typeof changes][] = [
  ['EIO', 'set'],
  ['EACCES', 'set'],
  ['ENOSPC', 'update'],
];
async function expectReported(end: End): Promise<void> {
  expect(end.told).toBeDefined();
  expect(end.again).toEqual({ ok: true });
  await expectWhole(end);
}

it('EIO at any call of a set is reported correctly, and the next write succeeds: in a process that goes on', async () => {
  // The first write of a process makes calls that no later one makes: they are in the tests below.
  const counting = await newHarmedWriter('EIO');
  await change(counting, 0, changes.set);
  await change(counting, 0, changes.set);
  counting.endInput();
  const count = Number(await counting.line());
  expect(count).toBeGreaterThan(20);

  const writer = await newHarmedWriter('EIO');
  await change(writer, 0, changes.set);
  for (let at = 1; at <= count; at++) await expectReported(await change(writer, at, changes.set));
  writer.endInput();
  await writer.ended;
});

it.each(errors)(
  '%s at any call of %s is reported correctly, and the next write succeeds',
  long,
  async (errno, change) => {
    await atEveryCall(errno, changes[change], expectReported);
  },
);
