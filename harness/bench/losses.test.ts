import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type * as Built from './built.test.helper.js';
import type { BenchContext } from './context.js';
import type { Losses } from './result.js';

/** The built harness: its processes are programs of it. */
const built = new URL('../../dist/harness/bench/built.test.helper.js', import.meta.url).href;
const fixture = (name: string) => fileURLToPath(new URL(`../stress/fixtures/${name}`, import.meta.url));
const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

// Its short twin is tally.test.ts, and those of the scenarios in harness/cli.
it(
  'a store that acknowledges what it has not stored loses it to a kill, and the hardened store does not',
  long,
  async () => {
    const { Crew, fileMaker, lossesUnderKills, resolveTarget } = (await import(built)) as typeof Built;
    const crew = new Crew(directory);
    const { signal } = new AbortController();
    const context = { crew, newFile: fileMaker(directory), signal } as BenchContext;
    const forgetful = {
      label: 'forgetful',
      module: pathToFileURL(fixture('in-memory.ts')).href,
      options: {},
    };

    const planted: Losses = await lossesUnderKills(context, forgetful);
    expect(planted.acknowledged).toBeGreaterThan(0);
    expect(planted.lost).toBe(planted.acknowledged);
    const hardened: Losses = await lossesUnderKills(context, resolveTarget('hardened', '.'));
    expect(hardened.acknowledged).toBeGreaterThan(10);
    expect(hardened.lost).toBe(0);
  },
);
