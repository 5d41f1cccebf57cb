import { type BigIntStats, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { interceptStats } from '../store/calls.test.helper.js';
import { aWhile } from '../waiting.test.helper.js';
import { openTokens, type Tokens } from './tokens.js';

/**
 * As on most systems, where the clock of files ticks every few milliseconds: what changes within a tick has the same
 * times. Newer kernels hide the mistakes that this brings to light.
 */
const clock = { tickNs: 0n };

function coarse(stats: unknown): unknown {
  if (typeof stats !== 'object' || stats === null || !('mtimeNs' in stats)) return stats;
  const { mtimeNs, ctimeNs } = stats as BigIntStats;
  const ticks = (time: bigint) => time - (time % clock.tickNs);
  return Object.assign(stats, { mtimeNs: ticks(mtimeNs), ctimeNs: ticks(ctimeNs) });
}

let end = () => {};
beforeAll(() => {
  end = interceptStats(coarse);
});
afterAll(() => end());

let file: string;
let tokens: Tokens;
let token: string;
let id: string;
let good: string;
let bad: string;
beforeEach(async () => {
  clock.tickNs = 10_000_000n;
  // In memory no inode number is used twice.
  const directory = mkdtempSync(path.join(inject('usualDirectory'), 'coarse-'));
  file = path.join(directory, 'auth-tokens.json');
  tokens = openTokens({ file });
  const made = await tokens.create();
  ({ token } = made);
  ({ id } = made.info);
  // The same but for the permissions, and just as long.
  good = readFileSync(file, 'utf8');
  bad = good.replace('"read"', '"rEAD"');
});

function replace(content: string): void {
  writeFileSync(`${file}.mine`, content, { mode: 0o600 });
  renameSync(`${file}.mine`, file);
}

it('a new file is noticed even if the clock stands still and the inode number was used before', async () => {
  clock.tickNs = 10n ** 20n;
  let isKnown = true;
  for (let round = 0; round < 15; round++) {
    await settled();
    // The second of two gets the number of the one before the first, if nobody holds that.
    replace(isKnown ? good : bad);
    replace(isKnown ? bad : good);
    isKnown = !isKnown;
    expect(tokens.verify(token)?.id).toBe(isKnown ? id : undefined);
  }
});

it('a file that is changed in place is noticed', () => {
  for (let round = 0; round < 100; round++) {
    writeFileSync(file, bad, { flag: 'r+' });
    expect(tokens.verify(token)).toBeUndefined();
    writeFileSync(file, good, { flag: 'r+' });
    expect(tokens.verify(token)?.id).toBe(id);
  }
});

it('a file that is changed in place is noticed, too, after it was seen unchanged for some time', async () => {
  for (let round = 0; round < 5; round++) {
    await settled();
    writeFileSync(file, bad, { flag: 'r+' });
    expect(tokens.verify(token)).toBeUndefined();
    writeFileSync(file, good, { flag: 'r+' });
  }
});

/** What is there was looked at again and again, for longer than any tick. */
async function settled(): Promise<void> {
  for (let look = 0; look < 6; look++) {
    tokens.verify(token);
    await aWhile(10);
  }
}
