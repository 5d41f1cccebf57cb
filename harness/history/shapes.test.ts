import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from './events.js';
import { faultOfShape } from './shapes.js';

const schema = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../docs/schema/history.1.json', import.meta.url)), 'utf8'),
);
const canary = {
  name: '.',
  kind: 'file',
  mode: '600',
  owner: '0:0',
  size: 3,
  hash: 'ab',
  modified: '1',
  changed: '2',
} as const;

/** One of each type, with all that it may have. */
const whole: { [Type in HistoryEvent['type']]: Required<HistoryEvent & { type: Type }> } = {
  run: {
    type: 'run',
    version: 1,
    scenario: 's',
    target: 't',
    runtime: 'node',
    seed: 1,
    repetition: 2,
    mustFind: 'lost',
    atLeast: { reads: 1 },
    evidence: { of: 'store', why: 'so', format: 'ini' },
    regularTokens: true,
    title: 'a',
    why: 'b',
    program: { name: 'p', version: '1', cutShows: true, isPrivate: true, isStrict: false, slowMs: 2 },
    planned: [{ kind: 'kill', everyMs: [1, 2] }],
  },
  seed: { type: 'seed', key: 'k', value: 'seed.0', foreign: true },
  place: { type: 'place', links: [{ name: 'l', to: null }], canary: { value: 'v', entries: [canary] } },
  start: { type: 'start', time: 0, client: 'a', process: 1, access: 'file', runtime: 'node', profile: 'tui' },
  invoke: { type: 'invoke', time: 1, op: 'a.0.0', client: 'a', process: 1, action: 'set', key: 'k' },
  ok: { type: 'ok', time: 2, op: 'a.0.0', result: { k: 'a.0.0' }, times: 2, base: 1, written: 'x' },
  fail: { type: 'fail', time: 2, op: 'a.0.0', error: 'no', torn: true },
  unknown: { type: 'unknown', time: 2, op: 'a.0.0', error: 'no', torn: true },
  exit: {
    type: 'exit',
    time: 3,
    client: 'a',
    process: 1,
    code: 0,
    signal: null,
    expected: true,
    error: 'e',
    op: 'a.0.0',
  },
  fault: {
    type: 'fault',
    time: 3,
    fault: 'misread',
    phase: 'begin',
    client: 'a',
    process: 1,
    detail: 'd',
    op: 'a.0.0',
    canary: [canary],
    cluster: { leader: 'm', term: 1, answered: ['m'] },
  },
  file: {
    type: 'file',
    time: 3,
    until: 4,
    version: 1,
    broken: null,
    set: { k: 'a.0.0' },
    removed: ['o'],
    seen: 5,
    inode: '7',
    size: 9,
    mtime: '1',
    hash: '0123456789abcdef',
  },
  mode: { type: 'mode', time: 1, name: 'n', mode: '644' },
  token: {
    type: 'token',
    time: 1,
    until: 2,
    op: 'a.0.0',
    process: 1,
    key: 'k',
    token: 'seed.0',
    expires: 9,
    granted: true,
  },
  final: {
    type: 'final',
    time: 9,
    broken: null,
    entries: { k: 'a.0.0' },
    leftovers: [],
    links: [{ name: 'l', to: 'm' }],
    canary: [canary],
    outside: { looked: ['f'], changed: [] },
    looks: { count: 1, median: 1, max: 1, everyMedian: 1, everyMax: 1 },
  },
};

const odd = [null, true, -1, 1.5, 'odd', [], [null], [1, 2], {}, { k: 1 }, [{}]];

type Json = Record<string, unknown>;

/** The same with one part left out, or another value in its place, at any depth. */
function* mutations(value: unknown): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    const but = (other: unknown) =>
      Array.isArray(value) ? value.with(Number(name), other) : { ...value, [name]: other };
    if (!Array.isArray(value)) {
      const { [name]: _, ...rest } = value as Json;
      yield rest;
    }
    for (const other of odd) yield but(other);
    for (const inner of mutations(part)) yield but(inner);
  }
}

describe.each(Object.values(whole))('an event of the type $type', (event) => {
  const { type } = event;
  const name = type === 'fail' || type === 'unknown' ? 'error' : type;
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  const validate = ajv.addSchema(schema).getSchema(`${schema.$id}#/$defs/${name}`);
  if (validate === undefined) throw new Error(`the schema has no ${name}`);
  /** What shapes leave to others: which faults and actions there are, how long a name may be, and how many there are of something. */
  const isElsewhere = ({ keyword = '', instancePath = '' }) =>
    /^(pattern|maxLength|minItems|maxItems|minimum|oneOf)$/.test(keyword) ||
    (/^\/(fault|action|version)$/.test(instancePath) && /^(enum|const)$/.test(keyword));

  test('is taken, and so is one with a field that is not known', () => {
    expect([faultOfShape(event), faultOfShape({ ...event, more: 1 })]).toEqual([undefined, undefined]);
    expect(validate(event)).toBe(true);
  });

  test('is refused where the published schema refuses a type or what is missing, and taken where it takes it', () => {
    const wrong: unknown[] = [];
    let refused = 0;
    for (const mutated of mutations(event)) {
      if ((mutated as { type?: unknown }).type !== type) continue;
      const isValid = validate(mutated);
      const fault = faultOfShape(mutated as object);
      if (fault !== undefined) refused++;
      const isRefusable = !isValid && (validate.errors ?? []).some((error) => !isElsewhere(error));
      if (isValid ? fault !== undefined : isRefusable && fault === undefined)
        wrong.push([mutated, fault, validate.errors]);
    }
    expect(wrong).toEqual([]);
    expect(refused).toBeGreaterThan(10);
  });
});
