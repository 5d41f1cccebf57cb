import { execFileSync } from 'node:child_process';
import fs, {
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { aWhile, passTime, patient, until } from '../waiting.test.helper.js';
import { createTicket } from './file/lease/intents.js';
import { encodeRequest } from './file/lease/request.js';
import {
  failureOf,
  newFile,
  plainPath,
  plainPathSource,
  siteOf,
  strangersIntent,
  textOf,
} from './scratch.test.helper.js';
import { openStore, type StoreOptions } from './store.js';
import { built } from './system.test.helper.js';

/**
 * A change that waits in line lies there as a request, which others carry along. Somebody else acts between two steps of
 * its owner: it must then be there exactly once, and its owner must hear the truth.
 */
function beforeCall(
  name: 'mkdirSync' | 'openSync',
  isMeant: (place: string) => boolean,
  meanwhile: () => void,
): () => number {
  return around(name, ([place]) => isMeant(plainPath(place)), { before: meanwhile });
}

/** A commit has put the file in place, and is not durable yet. */
function afterRenameTo(file: string, meanwhile: () => void): () => number {
  return around('renameSync', ([, to]) => plainPath(to) === file, { after: meanwhile });
}

function around(
  name: 'mkdirSync' | 'openSync' | 'renameSync',
  isMeant: (args: unknown[]) => boolean,
  { before = () => {}, after = () => {} },
): () => number {
  const original = fs[name] as (...args: unknown[]) => unknown;
  let calls = 0;
  Object.assign(fs, {
    [name]: (...args: unknown[]) => {
      const isFirst = isMeant(args) && calls++ === 0;
      if (isFirst) before();
      const result = original(...args);
      if (isFirst) after();
      return result;
    },
  });
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { [name]: original });
    syncBuiltinESMExports();
    return calls;
  };
}

const isIntentName = (name: string) => /^[ik]-/.test(name);
const isIntent = (place: string) => isIntentName(path.basename(place));

/** Runs to its end in another process, which reckons with our own not for long. */
function elsewhere(file: string, does: string): void {
  const program = `
    const { openStore } = await import(${JSON.stringify(built('store'))});
    const store = openStore(${JSON.stringify(file)}, { leaseMs: 1, ...${JSON.stringify(patient)} });
    ${does}`;
  execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    stdio: 'pipe',
  });
}

async function setInLine(file: string, options: StoreOptions): Promise<void> {
  const store = openStore(file, { ...patient, ...options });
  await store.set('mine', 1);
  await store.close();
}

/** The same, and its deadline passes as soon as its request lies there. */
async function setUntilDeadline(file: string): Promise<void> {
  const store = openStore(file, { leaseMs: 2 * patient.deadlineMs, ...patient });
  const call = store.set('mine', 1);
  await Promise.race([
    call,
    until(() => readdirSync(`${file}.intents`).some((name) => name.startsWith('r'))),
  ]);
  passTime(patient.deadlineMs);
  await call;
  await store.close();
}

/** The same for one that is killed right before, or right after, it puts the file in place. */
function killedElsewhere(file: string, when: 'before' | 'after' = 'before'): void {
  const program = `
    const { default: fs } = await import('node:fs');
    const { syncBuiltinESMExports } = await import('node:module');
    const plainPath = ${plainPathSource};
    const { renameSync } = fs;
    fs.renameSync = (from, to) => {
      const isMeant = plainPath(to) === ${JSON.stringify(file)};
      if (isMeant && ${when === 'before'}) process.kill(process.pid, 'SIGKILL');
      renameSync(from, to);
      if (isMeant) process.kill(process.pid, 'SIGKILL');
    };
    syncBuiltinESMExports();
    await store.set('other', 2);`;
  expect(() => elsewhere(file, program)).toThrow();
}

/** With a stranger's intent in the way, so that the next change becomes a request first. */
async function newStore(): Promise<string> {
  const file = newFile();
  await openStore(file).set('first', 0);
  mkdirSync(strangersIntent(file), { recursive: true });
  return file;
}

const contentOf = (file: string) => JSON.parse(textOf(file)) as unknown;

describe('a request that another has carried along', () => {
  it('is done, also where its owner finds the way free at that moment and sees only its end', async () => {
    const file = await newStore();
    const restore = beforeCall('mkdirSync', isIntent, () => elsewhere(file, "await store.set('other', 2);"));
    try {
      await setInLine(file, { leaseMs: 20 });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 2 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('leaves nothing behind where its owner has carried it along, too, and is told its end meanwhile', async () => {
    const file = await newStore();
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

it('a request whose answer can not be taken away is unknown: it was carried along, or was it', async () => {
  const file = await newStore();
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

describe('a request that its owner takes back at its deadline', () => {
  /** The first time that the owner looks into the file, it is to withdraw. */
  const whileWithdrawn = (file: string, meanwhile: () => void) =>
    beforeCall('openSync', (place) => place === file, meanwhile);

  it('is done where another carries it along at that moment, though a later commit does not name it', async () => {
    const file = await newStore();
    const restore = whileWithdrawn(file, () =>
      elsewhere(file, "await store.set('other', 2); await store.set('other', 3);"),
    );
    try {
      await setUntilDeadline(file);
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 3 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('is unknown where something else has been put in its place, whatever became of it before', async () => {
    const file = await newStore();
    const restore = whileWithdrawn(file, () => {
      elsewhere(file, "await store.set('other', 2); await store.set('other', 3);");
      for (const name of readdirSync(`${file}.intents`).filter((entry) => entry.startsWith('d'))) {
        rmSync(path.join(`${file}.intents`, name));
        mkdirSync(path.join(`${file}.intents`, `r${name.slice(1)}`));
      }
    });
    try {
      const error = await failureOf(setUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 3 });
    await openStore(file).set('next', 4);
    await expect.poll(() => readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('is unknown where a commit with it was stopped half-way, as the file may yet get it from the copy', async () => {
    const file = await newStore();
    const restore = whileWithdrawn(file, () => killedElsewhere(file));
    try {
      const error = await failureOf(setUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0 });
    writeFileSync(file, '{"fir');
    expect(await openStore(file).get('mine')).toBe(1);
  });

  it('is done only when it is durable, where whoever carried it along was stopped before that', async () => {
    const file = await newStore();
    const directory = path.dirname(file);
    const restore = whileWithdrawn(file, () => killedElsewhere(file, 'after'));
    const synced = beforeSyncOf(directory, () => {});
    try {
      await setUntilDeadline(file);
      expect(synced()).toBeGreaterThan(0);
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toMatchObject({ first: 0, mine: 1 });
  });

  it('is unknown where it can not be taken back', async () => {
    const file = await newStore();
    const restore = beforeCall('mkdirSync', isIntent, () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    });
    try {
      const error = await failureOf(setUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
  });
});

describe('a request for a file behind a link', () => {
  it('is committed where it lies, though the link is pointed elsewhere meanwhile', async () => {
    const file = await newStore();
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
  it('is not told to be done where the restoration was stopped half-way, and the file was repaired by hand', async () => {
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
  it('leaves no file open', async () => {
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
      const restore = afterRenameTo(file, () => {
        closed = store.close();
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

/** Before the names of a directory are made durable, by whichever call. */
function beforeSyncOf(directory: string, meanwhile: () => void): () => number {
  const { fsync, fsyncSync } = fs;
  let count = 0;
  const note = (descriptor: number) => {
    if (linkOf(`/proc/self/fd/${descriptor}`) === directory && count++ === 0) meanwhile();
  };
  fs.fsync = Object.assign((...args: Parameters<typeof fsync>) => {
    note(args[0]);
    fsync(...args);
  }, fsync);
  fs.fsyncSync = (descriptor) => {
    note(descriptor);
    fsyncSync(descriptor);
  };
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { fsync, fsyncSync });
    syncBuiltinESMExports();
    return count;
  };
}

function linkOf(place: string): string {
  try {
    return readlinkSync(place);
  } catch {
    return '';
  }
}
