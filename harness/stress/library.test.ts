import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fixture, newDirectory, processesIn } from '../cli/command.test.helper.js';
import type * as Harness from '../index.js';

/** As users import it. */
const { stress } = (await import(
  new URL('../../dist/harness/index.js', import.meta.url).href
)) as typeof Harness;

it('the library returns the loss of a store that stores nothing, and leaves its report and no process', async () => {
  const out = path.join(newDirectory(), 'run');
  const report = await stress({
    scenarios: ['two-terminals'],
    targets: [fixture('in-memory.mjs')],
    controls: false,
    out,
    // Each client ends after these.
    operations: 100,
  });
  expect(report).toMatchObject({ result: 'invalid', out });
  const [run] = report.scenarios;
  expect(run?.counts.lost).toBeGreaterThan(0);
  expect(run?.violations[0]?.sentence).toContain('and it was gone by');
  const kept = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'));
  expect(kept.scenarios[0].counts).toEqual(run?.counts);
  expect(processesIn(out)).toEqual([]);
});
