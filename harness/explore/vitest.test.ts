import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { explore } from './explore.test.helper.js';
import { toRegressionTest } from './regression-test.js';

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

describe('the test that is written of a failure', () => {
  it('fails for the store that the schedule was found in, and passes for one that is mended', async () => {
    const { failures } = await explore({ target: 'rename-only' });
    const [failure] = failures;
    if (!failure) throw new Error('nothing was found');
    const red = await runVitest({ 'found.test.ts': toRegressionTest(failure) });
    expect([red.exitCode, red.output]).toEqual([1, expect.stringContaining('lost-update')]);
    const green = await runVitest({ 'found.test.ts': toRegressionTest({ ...failure, target: 'hardened' }) });
    expect(green.exitCode).toBe(0);
  });
});

const guard = `import { explore } from 'holdfast/harness';
import { expect, it } from 'vitest';

it('my store loses nothing, however its calls lie between each other', async () => {
  const { failures, exhausted } = await explore({ target: './my-store.ts', clients: ['set a', 'get b'] });
  expect(failures.map(({ sentence, pair }) => [sentence, pair?.early.site])).toEqual([]);
  expect(exhausted).toBe(true);
}, 60_000);
`;

const myStore = (write: string) => `import { readFileSync, renameSync, writeFileSync } from 'node:fs';

interface Entries { [key: string]: unknown }

export function open(file: string) {
  const read = (): Entries => JSON.parse(readFileSync(file, 'utf8'));
  const write = (entries: Entries): void => { ${write} };
  return {
    get: async (key: string) => read()[key],
    all: async () => read(),
    set: async (key: string, value: unknown) => write({ ...read(), [key]: value }),
    remove: async () => {},
  };
}
`;

describe("ten lines guard a user's own store, in TypeScript", () => {
  it('red where it can be read half-written, with the line', async () => {
    const { exitCode, output } = await runVitest({
      'guard.test.ts': guard,
      'my-store.ts': myStore('writeFileSync(file, JSON.stringify(entries));'),
    });
    expect(exitCode).toBe(1);
    expect(output).toMatch(/met an empty or half-written file/);
    expect(output).toMatch(/my-store\.ts:\d+/);
  });

  it('green where it can not', async () => {
    const { exitCode } = await runVitest({
      'guard.test.ts': guard,
      'my-store.ts': myStore(
        "writeFileSync(file + '.new', JSON.stringify(entries), { mode: 0o600 }); renameSync(file + '.new', file);",
      ),
    });
    expect(exitCode).toBe(0);
  });
});
