import { mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DirectoryCache } from './directory-cache.js';

function newCache() {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')), 'auth.json');
  let loads = 0;
  const cache = new DirectoryCache(file, async () => {
    loads++;
    return JSON.parse(readFileSync(file, 'utf8'));
  });
  return { file, cache, loads: () => loads };
}

describe('the cache of the server', () => {
  it('the cache is never stale, however fast the file changes, in place or by rename', async () => {
    const { file, cache } = newCache();
    for (let n = 100; n < 300; n++) {
      // Same length each time, and many within one tick of the file system's clock.
      if (n % 2) writeFileSync(file, `{"n":${n}}`);
      else {
        writeFileSync(`${file}.new`, `{"n":${n}}`);
        renameSync(`${file}.new`, file);
      }
      expect(await cache.get('/project')).toEqual({ n });
    }
  });

  it('the cache does not read a file again that has settled', async () => {
    const { file, cache, loads } = newCache();
    writeFileSync(file, '{"n":1}');
    let before: number;
    do {
      before = loads();
      await sleep(1);
      await cache.get('/project');
    } while (loads() > before);
    for (let n = 0; n < 10; n++) expect(await cache.get('/project')).toEqual({ n: 1 });
    expect(loads()).toBe(before);
  });

  it('the cache of each directory is separate', async () => {
    const { file, cache, loads } = newCache();
    writeFileSync(file, '{"n":1}');
    await cache.get('/one');
    await cache.get('/two');
    expect(loads()).toBe(2);
  });
});
