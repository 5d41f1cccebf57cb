import type { HistoryEvent } from './events.js';

/** What a field may hold. Each event of a long history goes through these: they make nothing. */
interface Shape {
  /** Behind "is no". */
  name: string;
  isMayBeMissing?: true;
  holds(value: unknown): boolean;
}

const text: Shape = { name: 'string', holds: (value) => typeof value === 'string' };
// 1e999 is valid JSON.
const number: Shape = { name: 'number', holds: (value) => Number.isFinite(value) };
const whole: Shape = { name: 'whole number', holds: (value) => Number.isInteger(value) };
const count: Shape = { name: 'count', holds: (value) => Number.isInteger(value) && (value as number) >= 0 };
const flag: Shape = { name: 'true or false', holds: (value) => typeof value === 'boolean' };

const maybe = (shape: Shape): Shape => ({ ...shape, isMayBeMissing: true });
const orNull = ({ name, holds }: Shape): Shape => ({
  name: `${name} or null`,
  holds: (value) => value === null || holds(value),
});
const only = (...values: unknown[]): Shape => ({
  name: `one of ${values.join(', ')}`,
  holds: (value) => values.includes(value),
});
const listOf = ({ name, holds }: Shape): Shape => ({
  name: `list with a ${name} in each place`,
  holds: (value) => Array.isArray(value) && value.every(holds),
});
const mapOf = ({ name, holds }: Shape): Shape => ({
  name: `object with a ${name} for each name`,
  holds(value) {
    if (!isObject(value)) return false;
    for (const key in value) if (!holds(value[key])) return false;
    return true;
  },
});
const objectOf = (fields: Fields): Shape => ({
  name: `object of ${Object.keys(fields).join(', ')}`,
  holds: (value) => isObject(value) && faultIn(value, fields) === undefined,
});

type Fields = Readonly<Record<string, Shape>>;

const canaryEntry = objectOf({
  name: text,
  kind: only('file', 'directory', 'other'),
  mode: text,
  owner: text,
  size: maybe(count),
  hash: maybe(text),
  modified: text,
  changed: text,
});
const link = objectOf({ name: text, to: orNull(text) });
const versionName: Shape = {
  name: 'string or number',
  holds: (value) => text.holds(value) || number.holds(value),
};
const result: Shape = {
  name: 'string, null, or object of strings',
  holds: (value) => value === null || typeof value === 'string' || mapOf(text).holds(value),
};
const looks = objectOf({ count, median: number, max: number, everyMedian: number, everyMax: number });
const evidence = objectOf({ of: only('file', 'read', 'store'), why: maybe(text), format: maybe(text) });
const planned = objectOf({ kind: text, everyMs: listOf(number) });
const program = objectOf({
  name: text,
  version: maybe(text),
  cutShows: flag,
  isPrivate: flag,
  isStrict: flag,
  slowMs: maybe(number),
});
const cluster = objectOf({ leader: maybe(text), term: maybe(count), answered: listOf(text) });

const failed = { time: number, op: text, error: text, torn: maybe(only(true)) };

/** What events.ts says of each type of event. */
const shapes: { readonly [Type in HistoryEvent['type']]: Fields } = {
  run: {
    version: number,
    scenario: text,
    target: text,
    runtime: maybe(text),
    seed: count,
    repetition: maybe(count),
    mustFind: maybe(text),
    atLeast: mapOf(number),
    evidence: maybe(evidence),
    regularTokens: maybe(only(true)),
    program: maybe(program),
    title: maybe(text),
    why: maybe(text),
    planned: maybe(listOf(planned)),
  },
  seed: { key: text, value: text, foreign: maybe(only(true)) },
  place: { links: listOf(link), canary: maybe(objectOf({ value: text, entries: listOf(canaryEntry) })) },
  start: {
    time: number,
    client: text,
    process: whole,
    access: only('file', 'http', 'foreign'),
    runtime: maybe(text),
    profile: maybe(text),
  },
  invoke: { time: number, op: text, client: text, process: whole, action: text, key: maybe(text) },
  ok: {
    time: number,
    op: text,
    result: maybe(result),
    times: maybe(count),
    base: maybe(versionName),
    written: maybe(versionName),
  },
  fail: failed,
  unknown: failed,
  exit: {
    time: number,
    client: text,
    process: whole,
    code: orNull(whole),
    signal: orNull(text),
    expected: flag,
    error: maybe(text),
    op: maybe(text),
  },
  fault: {
    // Which kinds there are is not asked: one that another harness knows is evidence, too.
    time: number,
    fault: text,
    phase: only('begin', 'end'),
    client: maybe(text),
    process: maybe(whole),
    detail: maybe(text),
    op: maybe(text),
    canary: maybe(listOf(canaryEntry)),
    cluster: maybe(cluster),
  },
  file: {
    time: number,
    until: number,
    version: count,
    broken: orNull(text),
    set: mapOf(text),
    removed: listOf(text),
    seen: maybe(number),
    inode: maybe(text),
    size: maybe(count),
    mtime: maybe(text),
    hash: maybe(text),
  },
  mode: { time: number, name: text, mode: text },
  token: {
    time: number,
    until: number,
    op: text,
    process: whole,
    key: text,
    token: text,
    expires: number,
    granted: flag,
  },
  final: {
    time: number,
    broken: orNull(text),
    entries: mapOf(text),
    leftovers: listOf(text),
    links: maybe(listOf(link)),
    canary: maybe(listOf(canaryEntry)),
    looks: maybe(looks),
    outside: maybe(objectOf({ looked: listOf(text), changed: listOf(text) })),
  },
};

/** @returns what is wrong with the fields of an event, as the end of a sentence. Fields that it does not know are passed over. */
export function faultOfShape(event: object): string | undefined {
  const { type } = event as { type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type))
    return `an unknown type ${JSON.stringify(type)}`;
  return faultIn(event as Record<string, unknown>, shapes[type as HistoryEvent['type']]);
}

function faultIn(value: Record<string, unknown>, fields: Fields): string | undefined {
  for (const field in fields) {
    const shape = fields[field] as Shape;
    const held = value[field];
    if (held === undefined ? !shape.isMayBeMissing : !shape.holds(held))
      return held === undefined ? `it has no "${field}"` : `its "${field}" is no ${shape.name}`;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
