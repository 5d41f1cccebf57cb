import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { newDirectory, processesIn } from '../cli/command.test.helper.js';
import type * as Harness from '../index.js';

/** As users import it. */
const { stress } = (await import(
  new URL('../../dist/harness/index.js', import.meta.url).href
)) as typeof Harness;

it('the library returns the loss of a store that stores nothing, and leaves its report and no process', async () => {
  const directory = newDirectory();
  const out = path.join(directory, 'run');
  const forgetful = path.join(directory, 'forgetful.mjs');
  const store = `{
    get: async (key) => entries[key], all: async () => ({ ...entries }),
    set: async (key, value) => void (entries[key] = value), remove: async (key) => void delete entries[key],
  }`;
  writeFileSync(forgetful, `const entries = {}; export const open = () => (${store});`);
  const report = await stress({
    scenarios: ['two-terminals'],
    targets: [forgetful],
    controls: false,
    out,
    // Each client ends after these.
    operations: 20,
  });
  expect(report).toMatchObject({ result: 'invalid', out });
  const [run] = report.scenarios;
  expect(run?.counts.lost).toBeGreaterThan(0);
  expect(run?.violations[0]?.sentence).toContain('and it was gone by');
  const kept = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'));
  expect(kept.scenarios[0].counts).toEqual(run?.counts);
  expect(processesIn(out)).toEqual([]);
});
