import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { long } from '../../../src/tiers.test.helper.js';
import { holdfastWarm, newDirectory } from '../../cli/command.test.helper.js';
import type { Report } from '../../core/report.js';
import type { FindingKind, FindingLine } from '../../core/verdict.js';

const project = fileURLToPath(new URL('../../..', import.meta.url));
type Schema = Record<string, unknown>;
const schemaOf = (name: string): Schema =>
  JSON.parse(readFileSync(path.join(project, 'docs', 'schema', name), 'utf8'));
const [reportSchema, historySchema, findingSchema] = [
  schemaOf('report.1.json'),
  schemaOf('history.1.json'),
  schemaOf('finding.1.json'),
];

/** The same schema, which knows every property: what we write must be described, though readers take more. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, closed(value)] as const);
  const isOpen = 'properties' in schema && !('additionalProperties' in schema);
  return { ...Object.fromEntries(entries), ...(isOpen ? { unevaluatedProperties: false } : {}) };
}

const compile = (schema: unknown) =>
  new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema as Schema);
/** To compile one takes longer than all that is validated. */
const once = <T>(make: () => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};
const validators = {
  report: once(() => compile(reportSchema)),
  closedReport: once(() => compile(closedReport())),
  event: once(() => compile(historySchema)),
};

function complaints(validate: ValidateFunction, value: unknown): string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** A control is a run with more, so it can't be closed by itself. */
function closedReport(): Schema {
  const schema = closed(reportSchema) as {
    $defs: Record<string, { allOf?: unknown[]; unevaluatedProperties?: boolean }>;
  };
  const { control, run } = schema.$defs;
  if (!control || !run) throw new Error('the schema has no run');
  const { unevaluatedProperties: _, ...open } = run;
  const own = control.allOf?.[1] as object;
  schema.$defs.control = {
    allOf: [open, { ...own, unevaluatedProperties: true }],
    unevaluatedProperties: false,
  };
  return schema as unknown as Schema;
}

/** Of what is run for `npm test`: refreshes, and a foreign program that rewrites the file, at once. */
const both = path.join(newDirectory(), 'both.mjs');
writeFileSync(
  both,
  `export default {
  name: 'both', title: '', why: '', clients: { tui: 3, rogue: 1 }, oauth: { lifeMs: 250 }, atLeast: {},
  workload: { mix: { set: 6, refresh: 4, remove: 1, get: 4, all: 1 }, thinkMs: [0, 20] },
};`,
);

/** What is run for `npm test`, and the events that are among its own. */
const few = [
  [
    ...['--target', 'naive', '--no-controls', '--scenario', both],
    ...['--duration', '8s', '--operations', '120'],
  ],
];
const usual = ['run', 'seed', 'start', 'invoke', 'ok', 'exit', 'file', 'token', 'final'];

/** With controls, faults, links, other users' files, and a program that is no store. */
const shell = path.join(project, 'harness/stress/fixtures/programs/in-place.sh');
const every = [
  [
    ...['--target', 'naive', '--no-controls', '--scenario', 'refresh,kill-9,rogue-writer'],
    ...['--duration', '7s', '--operations', '40'],
  ],
  ['--scenario', 'hostile-directory,dangling-link', '--duration', '15s', '--operations', '60'],
  [
    ...['--command', `sh ${shell} {file} {key} {value}`, '--format', 'dotenv', '--no-controls'],
    ...['--duration', '3s', '--operations', '20'],
  ],
];

describe.each([
  ['of a short run', {}, few, usual],
  ['of runs of every kind', long, every, [...usual, 'place', 'fault', 'mode']],
] as const)('the published schemas, as a validator reads them, %s', (_, tier, lines, events) => {
  describe('and the runs', tier, () => describeRuns(lines, events));
});

function describeRuns(every: readonly (readonly string[])[], events: readonly string[]) {
  const runs: { report: Report; history: unknown[]; findings: FindingLine[] }[] = [];

  beforeAll(async () => {
    for (const flags of every) {
      const cwd = newDirectory();
      const { stdout, stderr } = await holdfastWarm(['stress', ...flags, '--json', '--out', 'out'], { cwd });
      if (stdout === '') throw new Error(stderr);
      const linesOf = (name: string) =>
        readFileSync(path.join(cwd, 'out', name), 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line));
      runs.push({
        report: JSON.parse(stdout),
        history: linesOf('history.jsonl'),
        findings: linesOf('findings.jsonl'),
      });
    }
  });

  it('every report that is written fits the schema, and has no property that it does not describe', () => {
    const validate = validators.closedReport();
    for (const { report } of runs) expect(complaints(validate, report)).toEqual([]);
    if (every !== few) expect(runs.flatMap(({ report }) => report.controls).length).toBeGreaterThan(0);
    expect(
      runs.flatMap(({ report }) => report.scenarios.flatMap(({ violations }) => violations)).length,
    ).toBeGreaterThan(0);
  });

  it('a verdict that is less than exact is described, too', () => {
    const [first] = runs;
    const [run] = first?.report.scenarios ?? [];
    if (!first || !run) throw new Error('nothing was run');
    const checks = { ...run.checks, G2: { result: 'valid', summary: 'in part', exact: false } };
    const report = { ...first.report, scenarios: [{ ...run, checks, notes: ['x'] }], leftOut: ['y'] };
    expect(complaints(validators.closedReport(), report)).toEqual([]);
  });

  it('every line of a history fits the schema, and has no property that it does not describe', () => {
    const validate = compile(closed(historySchema));
    const seen = new Set<string>();
    for (const { history } of runs) {
      for (const event of history) {
        seen.add((event as { type: string }).type);
        expect(complaints(validate, event)).toEqual([]);
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining([...events]));
  });

  it('every line of findings fits the schema, and has no property that it does not describe', () => {
    const validate = compile(closed(findingSchema));
    const findings = runs.flatMap((one) => one.findings);
    for (const finding of findings) expect(complaints(validate, finding)).toEqual([]);
    // Most have none of these, and few have all of them.
    for (const name of ['blame', 'versions', 'stuck'] as const)
      expect(findings.filter((finding) => finding[name]).length, name).toBeGreaterThan(0);
    expect(complaints(validate, { run: 0, kind: 'lost-update' })).not.toEqual([]);
  });

  it('the report counts each kind of violation as often as it is among the findings', () => {
    for (const { report, findings } of runs)
      for (const { counts, files } of [...report.scenarios, ...report.controls]) {
        const own = findings.filter(({ run }) => run === files?.run);
        const found = (...kinds: FindingKind[]) => own.filter(({ kind }) => kinds.includes(kind)).length;
        expect(counts).toMatchObject({
          lost: found('lost-update'),
          stale: found('stale-read'),
          resurrected: found('resurrection'),
          torn: found('torn-read', 'torn-file'),
          seedsLost: found('lost-seed', 'dropped-unknown'),
          looseModes: found('loose-mode'),
          leftovers: found('leftover'),
        });
      }
  });

  it('a report says where and by which command it was made', () => {
    for (const { report } of runs) {
      expect(report.environment).toMatchObject({ runtime: `node ${process.versions.node}` });
      expect(report.command).toMatch(/^npx holdfast stress |^npm run stress -- /);
    }
  });

  it('the report of an older version still fits, and one with more properties does, too', () => {
    const validate = validators.report();
    const old = JSON.parse(readFileSync(path.join(project, 'reports', 'sample', 'report.json'), 'utf8'));
    expect(complaints(validate, old)).toEqual([]);
    expect(complaints(validate, { ...old, somethingNew: 1 })).toEqual([]);
  });

  it.each<[string, (report: Report) => unknown]>([
    ['another schema', (report) => ({ ...report, schema: 2 })],
    ['an unknown result', (report) => ({ ...report, result: 'fine' })],
    ['a missing seed', ({ seed: _, ...report }) => report],
    [
      'a scenario without counts',
      (report) => ({ ...report, scenarios: [{ ...report.scenarios[0], counts: {} }] }),
    ],
    [
      'a scenario without its command',
      (report) => ({ ...report, scenarios: report.scenarios.map(({ reproduce: _, ...run }) => run) }),
    ],
  ])('a report with %s does not fit', (_, change) => {
    const [first] = runs;
    expect(first && complaints(validators.report(), change(first.report))).not.toEqual([]);
  });

  it.each([
    { type: 'ok', op: 'tui-1.0.0' },
    { type: 'done', time: 1 },
    { type: 'run', version: 2, scenario: 's', target: 't', seed: 1, atLeast: {} },
    { type: 'invoke', time: 1, op: 'a', client: 'a', process: 1, action: 'put' },
  ])('the line %j is no event', (event) => {
    expect(complaints(validators.event(), event)).not.toEqual([]);
  });
}
