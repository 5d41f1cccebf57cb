import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { atLeast } from '../../../amount.test.helper.js';
import { eachInTiers, nightly, propertyInTiers } from '../../../tiers.test.helper.js';
import { patient } from '../../../waiting.test.helper.js';
import { newFile, textOf } from '../../scratch.test.helper.js';
import { type Answer, newWriter, type Writer } from '../../system.test.helper.js';
import { newIntentName, newTicketName } from './entry-names.js';
import { self } from './owner.js';

/** How often all begin at once: by `npm test`, and later; HOLDFAST_ROUNDS=1000 for the long run. */
const few = 8;
const many = atLeast(60, 'HOLDFAST_ROUNDS');

/** A process that has ended. Its pid belongs to no process, or to one that began later. */
const dead = spawnSync('true').pid;
const ofTheDead = (name: string) => name.replace(`-${self.pid}-`, `-${dead}-`);

interface Told {
  key: string;
  value: number;
  answer: Answer;
}

/** All of them begin at once; returned is what each was told. Each has few keys, so that the file stays small. */
async function together(writers: readonly Writer[], file: string, round: number): Promise<Told[]> {
  return Promise.all(
    writers.map(async (writer, n) => {
      const key = `${round % 10}.${n}`;
      return { key, value: round, answer: await writer.call('set', file, key, round) };
    }),
  );
}

/** All were acknowledged, and all are there. */
function expectAllIn(file: string, told: readonly Told[]): void {
  expect(told.filter(({ answer }) => !answer.ok)).toEqual([]);
  expect(JSON.parse(textOf(file))).toMatchObject(
    Object.fromEntries(told.map(({ key, value }) => [key, value])),
  );
}

describe('many processes at once', () => {
  let writers: Writer[];

  beforeAll(async () => {
    writers = await Promise.all(
      Array.from({ length: 8 }, () => newWriter({ options: { leaseMs: 3_600_000, ...patient } })),
    );
  });

  const title = 'eight processes lose no acknowledged write behind a dead holder';
  propertyInTiers(title, { few, many }, async (rounds) => {
    const file = newFile();
    for (let round = 0; round < rounds; round++) {
      const intents = `${file}.intents`;
      const intent = path.join(intents, ofTheDead(newIntentName('intent')));
      mkdirSync(intent, { recursive: true, mode: 0o700 });
      // It died at different steps: while it staged, before its renames, with its own request in the queue.
      if (round % 2) writeFileSync(path.join(intent, 'new'), '{"late":');
      if (round % 3) writeFileSync(path.join(intent, 'copy'), '');
      if (round % 5)
        writeFileSync(path.join(intents, ofTheDead(newTicketName('request', 1).name)), '[["late","1"]]\n');
      expectAllIn(file, await together(writers, file, round));
    }
    expect(JSON.parse(textOf(file))).not.toHaveProperty('late');
    await writers[0]?.call('set', file, 'last', true);
    // Whoever carried the others along rests for a moment.
    await expect.poll(() => readdirSync(`${file}.intents`)).toEqual([]);
  });

  const beginning = 'eight processes that create the file at once lose no write';
  propertyInTiers(beginning, { few: 3, many: 15 }, async (rounds) => {
    for (let round = 0; round < rounds; round++) {
      const file = path.join(newFile(), '..', 'not', 'yet', 'auth.json');
      expectAllIn(file, await together(writers, file, round));
    }
  });

  // How seldom each looks in a crowd is in limits.test.ts.
  it(
    'each of 128 processes, more than a user may have watches, gets its changes through',
    nightly,
    async () => {
      const crowd = [...writers];
      while (crowd.length < 128)
        crowd.push(...(await Promise.all(Array.from({ length: 8 }, () => newWriter()))));
      const file = newFile();
      for (let round = 0; round < 3; round++) expectAllIn(file, await together(crowd, file, round));
    },
  );

  it('file times that jump back and forth have no effect', async () => {
    const file = newFile();
    const four = writers.slice(0, 4);
    const all = await together(four, file, 0);
    let isOver = false;
    const jumps = (async () => {
      for (let n = 0; !isOver && n < 1e5; n++) {
        for (const place of [file, `${file}.last`, `${file}.intents`])
          utimesSync(place, n % 2 ? 1 : 4e9, n % 2 ? 4e9 : 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 1; round < 20; round++) all.push(...(await together(four, file, round)));
    isOver = true;
    await jumps;
    // The later of two to one key is what is there.
    expectAllIn(file, all);
  });
});

const hostile: [string, object, string][] = [
  ['with no queue, and every lease judged over at once', { queues: false, leaseMs: 0 }, ''],
  // What that is made of. Searches prove it, and the clock, call by call.
  ['with no queue at all', { queues: false }, ''],
  ['with every lease judged over at once', { leaseMs: 0 }, ''],
  [
    'with a wall clock that jumps by a year at each look',
    {},
    `const RealDate = Date;
     let looks = 0;
     globalThis.Date = class extends RealDate { constructor(...of) { super(...(of.length ? of : [Date.now()])); } };
     Date.now = () => RealDate.now() + (looks++ % 2 ? -1 : 1) * 31536000000;`,
  ],
];
eachInTiers(hostile)('no acknowledged write is lost %s', async (_, options, setup) => {
  const writers = await Promise.all(
    Array.from({ length: 4 }, () => newWriter({ setup, options: { deadlineMs: 60_000, ...options } })),
  );
  const file = newFile();
  const told = { ok: 0, unknown: 0 };
  for (let round = 0; round < 5; round++) {
    const answers = await together(writers, file, round);
    const sums = await Promise.all(writers.map((writer) => writer.call('add', file, 'sum', 1)));
    const document = JSON.parse(textOf(file));
    for (const { key, value, answer } of answers) {
      if (answer.ok) expect(document[key]).toBe(value);
      else if (answer.definite) expect(document[key]).not.toBe(value);
    }
    told.ok += sums.filter(({ ok }) => ok).length;
    told.unknown += sums.filter(({ ok, definite }) => !ok && !definite).length;
    expect(document.sum).toBeGreaterThanOrEqual(told.ok);
    expect(document.sum).toBeLessThanOrEqual(told.ok + told.unknown);
  }
  expect(told.ok).toBeGreaterThan(10);
});
