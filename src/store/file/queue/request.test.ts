import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aWhile, until } from '../../../waiting.test.helper.js';
import { around, beforeSyncOf, linkOf } from '../../calls.test.helper.js';
import { failureOf, newFile, siteOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import {
  beforeCall,
  contentOf,
  elsewhere,
  isIntent,
  isIntentName,
  killedElsewhere,
  newStoreInLine,
  setInLine,
} from './in-line.test.helper.js';
import { createTicket } from './intents.js';
import { encodeRequest } from './request.js';

describe('a request that another process has carried along', () => {
  it('a request that was carried along is done, even if its owner sees only the answer', async () => {
    const file = await newStoreInLine();
    const restore = beforeCall('mkdirSync', isIntent, () => elsewhere(file, "await store.set('other', 2);"));
    try {
      await setInLine(file, { leaseMs: 20 });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 2 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('a request that its owner commits as well leaves nothing behind', async () => {
    const file = await newStoreInLine();
    const directory = `${file}.intents`;
    const rename = (from: string, to: string) => {
      for (const name of readdirSync(directory).filter((entry) => entry.startsWith(from)))
        fs.renameSync(path.join(directory, name), path.join(directory, to + name.slice(1)));
    };
    const restoreFirst = beforeCall('mkdirSync', isIntent, () => {
      elsewhere(file, "await store.set('other', 2);");
      // As if the other had not come to tell it yet.
      rename('d', 'r');
    });
    const restoreSecond = beforeSyncOf(path.dirname(file), () => rename('r', 'd'));
    try {
      await setInLine(file, { leaseMs: 20 });
    } finally {
      expect(restoreSecond()).toBeGreaterThan(0);
      restoreFirst();
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 2 });
    expect(readdirSync(directory)).toEqual([]);
  });
});

it("a request whose answer can't be removed is unknown", async () => {
  const file = await newStoreInLine();
  const directory = `${file}.intents`;
  const restore = beforeCall('mkdirSync', isIntent, () => {
    elsewhere(file, "await store.set('other', 2);");
    for (const name of readdirSync(directory).filter((entry) => entry.startsWith('d'))) {
      rmSync(path.join(directory, name));
      mkdirSync(path.join(directory, name, 'in the way'), { recursive: true });
    }
  });
  try {
    const error = await failureOf(setInLine(file, { leaseMs: 20 }));
    expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
  } finally {
    expect(restore()).toBeGreaterThan(0);
  }
  expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 2 });
});

describe('a request for a file behind a link', () => {
  it('a request is committed to the file it was made for, even if the link is changed meanwhile', async () => {
    const file = await newStoreInLine();
    const link = newFile();
    symlinkSync(file, link);
    const other = newFile();
    const restore = beforeCall(
      'openSync',
      (place) => place === file,
      () => {
        // Its first attempt is fenced, and it looks where to go on.
        for (const name of readdirSync(`${file}.intents`).filter(isIntentName))
          rmSync(path.join(`${file}.intents`, name), { recursive: true });
        symlinkSync(other, `${link}.new`);
        renameSync(`${link}.new`, link);
      },
    );
    try {
      await setInLine(link, { leaseMs: 20 });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1 });
    expect(existsSync(other)).toBe(false);
  });
});

describe('a request in a copy that is restored', () => {
  it('a request in an interrupted restoration is answered only with its change in the file', async () => {
    const file = newFile();
    await openStore(file).set('first', 0);
    const intents = `${file}.intents`;
    createTicket(siteOf(file), 'request', 1, encodeRequest([{ key: 'mine', raw: '1' }]));
    // Once with the request, and once to restore the damaged file from the copy of that commit.
    killedElsewhere(file);
    writeFileSync(file, '{"fir');
    killedElsewhere(file);
    writeFileSync(file, '{"first": 5}');
    await openStore(file).set('last', 1);
    const isDone = readdirSync(intents).some((name) => name.startsWith('d'));
    expect([isDone, contentOf(file)]).toEqual([true, expect.objectContaining({ mine: 1 })]);
  });
});

describe('a store that is closed while it carries others along', () => {
  it('a store that is closed while it serves other processes leaves no file open', async () => {
    const file = newFile();
    const [intents, directory] = [`${file}.intents`, path.dirname(file)];
    const site = siteOf(file);
    const ownFiles = () =>
      readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`).startsWith(directory)).length;
    const ask = (number: number) =>
      createTicket(site, 'request', number, encodeRequest([{ key: 'other', raw: String(number) }]));
    ask(0);
    const before = ownFiles();
    const store = openStore(file, { leaseMs: 1 });
    let closed: Promise<void> | undefined;
    let asked = 0;
    // It serves others for one term only, which a busy machine may take for the first commit alone: then once more.
    while (closed === undefined) {
      ask(++asked);
      await store.set('mine', asked);
      ask(++asked);
      // The commit has put the file in place, and is not durable yet.
      const restore = around('renameSync', (_, to) => to === file, {
        after: () => {
          closed = store.close();
        },
      });
      await aWhile(50);
      restore();
    }
    await closed;
    const ended = () => readdirSync(intents).filter((name) => name.startsWith('d')).length;
    await until(() => ended() === asked + 1);
    await until(() => ownFiles() === before);
  });
});
