import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { propertyInTiers } from '../../src/tiers.test.helper.js';
import type { HistoryEvent, ValueId } from '../history/events.js';
import { readRuns } from '../history/read.js';
import { type Operation, type Outcome, type Run, toRun } from '../history/run.js';
import { RunBuilder } from '../history/run-builder.js';
import { toViolation } from '../report/timeline.js';
import { Random } from '../workload/random.js';
import { judge } from './index.js';
import { simulateAuthors } from './lost-update/authors.test.helper.js';
import { type Step, simulate } from './lost-update/simulation.test.helper.js';

/** As a history file is judged: from tables of numbers. */
function streamed(events: readonly HistoryEvent[]): Run {
  const builder = new RunBuilder();
  for (const event of events) builder.add(event);
  return builder.finish();
}

/** Pairs events in the plainest way, as a second opinion: each end with its begin. */
function paired(events: readonly HistoryEvent[]): Operation[] {
  const of = <T extends HistoryEvent['type']>(type: T) =>
    events.filter((event): event is Extract<HistoryEvent, { type: T }> => event.type === type);
  const oks = of('ok');
  const errors = events.flatMap((one) => (one.type === 'fail' || one.type === 'unknown' ? one : []));
  const operations = of('invoke').map(({ op, client, process, action, key, time }) => {
    const access = of('start').findLast((start) => start.process === process)?.access;
    const exit = of('exit').findLast((one) => one.process === process);
    const ok = oks.find((one) => one.op === op);
    const error = errors.find((one) => one.op === op);
    const end = ok ?? error;
    const outcome: Outcome = end?.type ?? 'unknown';
    return {
      id: op,
      client,
      process,
      foreign: access === 'foreign',
      isRemote: access === 'http',
      action,
      key,
      begin: time,
      end: end === undefined || end.type === 'unknown' ? Number.POSITIVE_INFINITY : end.time,
      outcome,
      result: ok?.result,
      times: ok?.times ?? 1,
      base: ok?.base,
      written: ok?.written,
      error: error?.error,
      torn: error?.torn ?? false,
      hung: end === undefined && (exit === undefined || exit.signal === null || !exit.expected),
      death: end === undefined && access !== 'http' ? exit?.time : undefined,
    };
  });
  const changes = operations.filter(
    ({ action, outcome, foreign }) =>
      outcome === 'ok' && !foreign && (action === 'set' || action === 'remove'),
  );
  return operations
    .map(({ death, ...one }) => {
      if (death === undefined) return one;
      const later = changes.flatMap(({ begin, end }) => (begin > death ? end : []));
      return { ...one, end: one.foreign ? death : Math.min(...later) };
    })
    .sort((a, b) => a.begin - b.begin);
}

function everythingOf(run: Run) {
  const judgement = judge(run);
  return { ...judgement, violations: judgement.findings.map((finding) => toViolation(run, finding)) };
}

/** @returns how many findings both have */
function expectAgreement(events: readonly HistoryEvent[]): number {
  const operations = paired(events);
  expect(toRun(events).operations).toEqual(operations);
  const plain = everythingOf({ ...toRun(events), operations });
  expect(everythingOf(streamed(events))).toEqual(plain);
  return plain.findings.length;
}

/** Other names for operations and keys than a harness would give, which tables of numbers hold in another way. */
function withOddNames(events: readonly HistoryEvent[], random: Random): HistoryEvent[] {
  const names = new Map<string, string>();
  const odd = (n: number): string =>
    random.pick([
      `x.${n}`,
      `x.0${n}`,
      `${n}`,
      `y.${n * 5000}`,
      `${n}.`,
      `x.9999999${n}`,
      `.${n}`,
      `__proto__.${n}`,
    ]);
  const nameOf = (id: ValueId) => {
    if (!/\.\d+\.\d+$/.test(id)) return id;
    if (!names.has(id)) names.set(id, random.oneIn(2) ? odd(names.size) : id);
    return names.get(id) as string;
  };
  const keyOf = (key: string) => ({ shared0: '__proto__', shared1: 'constructor' })[key] ?? key;
  const entriesOf = (entries: Readonly<Record<string, ValueId>>) =>
    Object.fromEntries(Object.entries(entries).map(([key, value]) => [keyOf(key), nameOf(value)]));
  return events.map((event): HistoryEvent => {
    switch (event.type) {
      case 'invoke':
        return {
          ...event,
          op: nameOf(event.op),
          ...(event.key === undefined ? {} : { key: keyOf(event.key) }),
        };
      case 'ok': {
        const { result } = event;
        const found =
          typeof result === 'object' && result !== null ? entriesOf(result) : result && nameOf(result);
        return { ...event, op: nameOf(event.op), ...(found === undefined ? {} : { result: found }) };
      }
      case 'fail':
      case 'unknown':
        return { ...event, op: nameOf(event.op) };
      case 'file':
        return { ...event, set: entriesOf(event.set), removed: event.removed.map(keyOf) };
      case 'final':
        return { ...event, entries: entriesOf(event.entries) };
      default:
        return event;
    }
  });
}

/** What clients and readers may say besides, true or not. */
function withMoreSaid(events: readonly HistoryEvent[], random: Random): HistoryEvent[] {
  const version = () => random.pick(['v1', 'v2', 'v3', 'v4', 'e3b0c44298fc1c14', '00ffa0123456789b', 7]);
  return events.map((event): HistoryEvent => {
    if (event.type === 'ok' && event.result === undefined && random.oneIn(2))
      return { ...event, base: version(), written: version() };
    if (event.type === 'ok' && event.result !== undefined && random.oneIn(4)) return { ...event, times: 3 };
    if (event.type !== 'file') return event;
    const seen = random.oneIn(3) ? {} : { seen: event.until };
    return { ...event, ...seen, ...(random.oneIn(4) ? {} : { hash: String(version()) }) };
  });
}

function randomCalls(random: Random): HistoryEvent[] {
  const steps = Array.from(
    { length: random.int(6, 30) },
    (): Step => ({
      client: random.int(0, 3),
      action: random.pick(['get', 'get', 'all', 'set', 'set', 'remove', 'refresh']),
      key: random.pick(['shared0', 'shared1', 'c']),
      wait: random.int(0, 4),
      before: random.int(0, 4),
      after: random.int(0, 4),
      fate: random.pick([
        'ok',
        'ok',
        'ok',
        'lie',
        'fail',
        'unknown',
        'unknown-late',
        'killed',
        'killed-never',
      ]),
      ...(random.oneIn(9) ? { forged: random.pick(['!half', 'c0.0.1', 'nobodys']) } : {}),
    }),
  );
  return simulate([steps], random.oneIn(2) ? { c: 'seed.0', d: 'seed.1' } : {}).events;
}

propertyInTiers(
  'a run is judged the same from tables of numbers as from objects',
  { few: 15, many: 1000 },
  (numRuns) => {
    const random = new Random(83, 'tables');
    let findings = 0;
    for (let n = 0; n < numRuns; n++) {
      const made = n % 2 === 0 ? simulateAuthors(random).events : randomCalls(random);
      const named = random.oneIn(2) ? withOddNames(made, random) : made;
      findings += expectAgreement(random.oneIn(2) ? withMoreSaid(named, random) : named);
    }
    expect(findings).toBeGreaterThan(numRuns);
  },
);

test('a recorded run is judged the same from tables of numbers as from objects', async () => {
  let findings = 0;
  const sample = fileURLToPath(new URL('../../reports/sample/history.jsonl', import.meta.url));
  for await (const events of readRuns(sample)) findings += expectAgreement(events);
  expect(findings).toBeGreaterThan(0);
});
