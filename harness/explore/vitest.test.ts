import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { long, nightly } from '../../src/tiers.test.helper.js';
import { explore } from './explore.test.helper.js';
import { toRegressionTest } from './report/regression-test.js';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** Runs files as a user's own project would: where the package is known by its name. */
async function runVitest(files: Readonly<Record<string, string>>) {
  mkdirSync(path.join(project, 'reports'), { recursive: true });
  const directory = mkdtempSync(path.join(project, 'reports', 'vitest-'));
  // Its own, or Vitest would take this project's.
  writeFileSync(path.join(directory, 'vitest.config.mjs'), 'export default {};\n');
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  const vitest = path.join(project, 'node_modules', 'vitest', 'vitest.mjs');
  const { exitCode, all } = await execa(process.execPath, [vitest, 'run'], {
    cwd: directory,
    reject: false,
    all: true,
  });
  rmSync(directory, { recursive: true });
  return { exitCode, output: all ?? '' };
}

describe('the test that is written for a failure', () => {
  // Its short twin is report/regression-test.test.ts.
  it('the test fails for the store with the bug, and passes for a mended one', nightly, async () => {
    const { failures } = await explore({ target: 'rename-only' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    const red = await runVitest({ 'found.test.ts': toRegressionTest(failure) });
    expect([red.exitCode, red.output]).toEqual([1, expect.stringContaining('lost-update')]);
    const green = await runVitest({
      'found.test.ts': toRegressionTest({ ...failure, target: 'hardened' }),
    });
    expect(green.exitCode).toBe(0);
  });
});

const guard = `import { explore } from 'holdfast/harness';
import { expect, it } from 'vitest';

it('my store loses nothing in any interleaving', async () => {
  const clients = ['set a', 'set b'];
  const { result, failures } = await explore({ target: './my-store.ts', clients, preemptions: 1 });
  expect(failures.map(({ sentence, pair }) => [sentence, pair?.early.site])).toEqual([]);
  expect(result).toBe('valid');
}, 600_000);
`;

/** @param set what is done with `change`, which reads and writes */
const myStore = (
  set: string,
) => `import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';

interface Entries { [key: string]: unknown }

export const artifacts = [/\\.(new|lock)$/];

export function open(file: string) {
  const read = (): Entries => JSON.parse(readFileSync(file, 'utf8'));
  const write = (entries: Entries): void => {
    writeFileSync(file + '.new', JSON.stringify(entries), { mode: 0o600 });
    renameSync(file + '.new', file);
  };
  const lock = async (): Promise<void> => {
    for (;;) {
      try {
        return mkdirSync(file + '.lock');
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  };
  const unlock = (): void => rmdirSync(file + '.lock');
  return {
    get: async (key: string) => read()[key],
    all: async () => read(),
    set: async (key: string, value: unknown) => {
      const change = () => write({ ...read(), [key]: value });
      ${set}
    },
    remove: async (key: string) => {
      const { [key]: _, ...rest } = read();
      write(rest);
    },
  };
}
`;

describe("the guard of a user's own store, a test of ten lines in TypeScript", () => {
  it('the guard fails where an update can be lost, and names the line', long, async () => {
    const { exitCode, output } = await runVitest({
      'guard.test.ts': guard,
      'my-store.ts': myStore('change();'),
    });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/and it was gone by/);
    expect(output).toMatch(/my-store\.ts:\d+/);
  });

  it('the guard passes where no update can be lost', nightly, async () => {
    const { exitCode, output } = await runVitest({
      'guard.test.ts': guard,
      'my-store.ts': myStore('await lock(); change(); unlock();'),
    });
    expect([exitCode, output]).toEqual([0, expect.anything()]);
  });
});
