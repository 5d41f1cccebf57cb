import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { holdfastWarm, newDirectory } from '../cli/command.test.helper.js';
import type { Report } from '../core/report.js';
import type { FindingKind, FindingLine } from '../core/verdict.js';
import { runStarts } from './run-starts.js';

const sample = fileURLToPath(new URL('../../reports/sample', import.meta.url));

function oldRun(): string {
  const out = newDirectory();
  for (const name of ['report.json', 'history.jsonl'])
    copyFileSync(path.join(sample, name), path.join(out, name));
  return out;
}

const findingsIn = (file: string): FindingLine[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('show --judge gives an old run its findings, as many of each kind as its report counts, and a page of them', async () => {
  const out = oldRun();
  writeFileSync(path.join(out, 'report.html'), 'that of an older judgement');
  const old: Report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'));
  expect(old.scenarios.every(({ files }) => files === undefined)).toBe(true);
  await holdfastWarm(['show', out, '--judge', '--json']);
  const report: Report = JSON.parse(readFileSync(path.join(out, 'report.json'), 'utf8'));
  const findings = findingsIn(path.join(out, 'findings.jsonl'));
  const history = readFileSync(path.join(out, 'history.jsonl'));
  for (const { counts, files, scenario } of [...report.controls, ...report.scenarios]) {
    const own = findings.filter(({ run }) => run === files?.run);
    const found = (...kinds: FindingKind[]) => own.filter(({ kind }) => kinds.includes(kind)).length;
    expect(counts).toMatchObject({ lost: found('lost-update'), stale: found('stale-read') });
    expect(counts.torn).toBe(found('torn-read', 'torn-file'));
    const [line = ''] = history.subarray(files?.start).toString().split('\n', 1);
    expect(JSON.parse(line)).toMatchObject({ type: 'run', scenario });
  }
  expect(findings.length).toBeGreaterThan(0);
  const [first] = findings;
  expect(readFileSync(path.join(out, 'report.html'), 'utf8')).toContain(JSON.stringify(first?.operations[0]));
});

test('check --findings writes the same', async () => {
  const out = oldRun();
  const findings = path.join(out, 'all.jsonl');
  await holdfastWarm(['check', path.join(out, 'history.jsonl'), '--findings', findings]);
  await holdfastWarm(['show', out, '--judge', '--json']);
  expect(findingsIn(findings)).toEqual(findingsIn(path.join(out, 'findings.jsonl')));
});

test('findings of several histories, or by a model, are refused', async () => {
  const history = path.join(oldRun(), 'history.jsonl');
  const two = await holdfastWarm(['check', history, history, '--findings', 'x']);
  expect(two).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('check them one by one') });
  const model = await holdfastWarm(['check', history, '--model', 'register', '--findings', 'x']);
  expect(model).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('leave out --findings') });
});

test('the runs of a history begin where their lines begin, wherever a chunk of it ends', () => {
  const file = path.join(newDirectory(), 'history.jsonl');
  const run = '{"type":"run","version":1}\n';
  const long = `{"type":"ok","x":"${'y'.repeat((1 << 20) - 60)}"}\n`;
  writeFileSync(file, run + long + run + run);
  const second = run.length + long.length;
  expect(runStarts(file)).toEqual([0, second, second + run.length]);
});
