import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { beforeSyncOf } from '../../calls.test.helper.js';
import { failureOf } from '../../scratch.test.helper.js';
import { openStore } from '../../store.js';
import {
  beforeCall,
  contentOf,
  elsewhere,
  isIntent,
  killedElsewhere,
  newStoreInLine,
  setInLineUntilDeadline,
} from './in-line.test.helper.js';

describe('a request that its owner withdraws at its deadline', () => {
  /** The first time that the owner looks into the file, it is to withdraw. */
  const whileWithdrawn = (file: string, meanwhile: () => void) =>
    beforeCall('openSync', (place) => place === file, meanwhile);

  it('a request is done where another process carries it along at that moment, even if a later commit follows', async () => {
    const file = await newStoreInLine();
    const restore = whileWithdrawn(file, () =>
      elsewhere(file, "await store.set('other', 2); await store.set('other', 3);"),
    );
    try {
      await setInLineUntilDeadline(file);
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 3 });
    expect(readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('a request is unknown where a foreign entry was put in its place', async () => {
    const file = await newStoreInLine();
    const restore = whileWithdrawn(file, () => {
      elsewhere(file, "await store.set('other', 2); await store.set('other', 3);");
      for (const name of readdirSync(`${file}.intents`).filter((entry) => entry.startsWith('d'))) {
        rmSync(path.join(`${file}.intents`, name));
        mkdirSync(path.join(`${file}.intents`, `r${name.slice(1)}`));
      }
    });
    try {
      const error = await failureOf(setInLineUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0, mine: 1, other: 3 });
    await openStore(file).set('next', 4);
    await expect.poll(() => readdirSync(`${file}.intents`)).toEqual([]);
  });

  it('a request is unknown where a commit with it was stopped midway, as the copy may restore it', async () => {
    const file = await newStoreInLine();
    const restore = whileWithdrawn(file, () => killedElsewhere(file));
    try {
      const error = await failureOf(setInLineUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toEqual({ first: 0 });
    writeFileSync(file, '{"fir');
    expect(await openStore(file).get('mine')).toBe(1);
  });

  it('a request is done only when it is durable, even if the process that committed it was stopped before', async () => {
    const file = await newStoreInLine();
    const directory = path.dirname(file);
    const restore = whileWithdrawn(file, () => killedElsewhere(file, 'after'));
    const synced = beforeSyncOf(directory, () => {});
    try {
      await setInLineUntilDeadline(file);
      expect(synced()).toBeGreaterThan(0);
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
    expect(contentOf(file)).toMatchObject({ first: 0, mine: 1 });
  });

  it("a request is unknown where it can't be withdrawn", async () => {
    const file = await newStoreInLine();
    const restore = beforeCall('mkdirSync', isIntent, () => {
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    });
    try {
      const error = await failureOf(setInLineUntilDeadline(file));
      expect(error).toMatchObject({ code: 'E_UNKNOWN', definite: false });
    } finally {
      expect(restore()).toBeGreaterThan(0);
    }
  });
});
