import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { long } from '../../src/tiers.test.helper.js';
import type { Losses } from './result.js';

/** The built harness: its processes are programs of it. */
const built = (name: string) => new URL(`../../build/harness/bench/${name}`, import.meta.url).href;
const fixture = (name: string) => fileURLToPath(new URL(`../stress/fixtures/${name}`, import.meta.url));
const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-test-')));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

// Its short twin is tally.test.ts, and those of the scenarios in harness/cli.
it(
  'a store that acknowledges what it has not stored loses it to a kill, and the hardened store does not',
  long,
  async () => {
    const { lossesUnderKills } = await import(built('losses.js'));
    const { Crew } = await import(built('crew.js'));
    const { fileMaker } = await import(built('context.js'));
    const { resolveTarget } = await import(new URL('../targets/index.js', built('.')).href);
    const crew = new Crew(directory);
    const context = { crew, newFile: fileMaker(directory), signal: new AbortController().signal };
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
