import type { ValueId } from '../../history/events.js';
import type { Operation, Run } from '../../history/run.js';
import type { Random } from '../../workload/random.js';
import { type Fate, type Step, simulate } from './simulation.test.helper.js';

type Entries = Record<string, ValueId>;
const keys = ['k0', 'k1'];
const fates: readonly Fate[] = [
  ...Array.from({ length: 9 }, () => 'ok' as const),
  ...(['fail', 'unknown', 'unknown-late', 'unknown-never', 'killed', 'killed-never'] as const),
];

/** A small run on a map that is linearizable by construction, with crashes, unknown outcomes and reads of the whole. */
export function healthyRun(random: Random): Run {
  const steps = Array.from(
    { length: random.int(6, 16) },
    (): Step => ({
      client: random.int(0, 3),
      action: random.pick(['get', 'get', 'get', 'all', 'all', 'set', 'set', 'set', 'remove']),
      key: random.pick(keys),
      wait: random.int(0, 4),
      before: random.int(0, 4),
      after: random.int(0, 4),
      fate: random.pick(fates),
    }),
  );
  const { run } = simulate([steps], {});
  // What looks at the file see is for tests of their own: the general checker knows operations only.
  return { ...run, files: [] };
}

/** Changes something in a run. @returns undefined if there is nothing of the kind in it */
export type Mutation = (run: Run, random: Random) => Run | undefined;

const isRead = ({ outcome, action }: Operation) => outcome === 'ok' && (action === 'get' || action === 'all');
const isSet = ({ action, outcome }: Operation) => action === 'set' && outcome === 'ok';

/** What a read found at a key. */
function foundBy({ result, key }: Operation, at: string): ValueId | null {
  if (typeof result === 'object' && result !== null) return result[at] ?? null;
  return key === at ? (result ?? null) : null;
}

function withFound(operation: Operation, at: string, value: ValueId | null): Operation {
  if (operation.action === 'get') return { ...operation, result: value };
  const { [at]: _, ...others } = operation.result as Entries;
  return { ...operation, result: value === null ? others : { ...others, [at]: value } };
}

const keyOf = (operation: Operation, random: Random) => operation.key ?? random.pick(keys);

function replace(run: Run, changes: readonly [Operation, Operation | undefined][]): Run {
  const changed = new Map(changes);
  const operations = run.operations.flatMap((one) => (changed.has(one) ? (changed.get(one) ?? []) : one));
  return { ...run, operations: operations.sort((a, b) => a.begin - b.begin) };
}

function pickFrom(operations: readonly Operation[], random: Random): Operation | undefined {
  return operations.length > 0 ? random.pick(operations) : undefined;
}

/** A read, and what another operation of the run wrote to the same key (or, if told so, to another key). */
function readForged(
  run: Run,
  random: Random,
  accept: (write: Operation, read: Operation, at: string) => boolean,
) {
  const read = pickFrom(run.operations.filter(isRead), random);
  if (!read) return undefined;
  const at = keyOf(read, random);
  const write = pickFrom(
    run.operations.filter((one) => one.action === 'set' && accept(one, read, at)),
    random,
  );
  return write && replace(run, [[read, withFound(read, at, write.id)]]);
}

function shifted(operation: Operation, by: number): Operation {
  return { ...operation, begin: operation.begin + by, end: operation.end + by };
}

/** From some time on, nobody finds what a write wrote, but what was there instead. */
function erased(run: Run, write: Operation, since: number, instead: ValueId | null): Run {
  const at = write.key ?? '';
  const changes = run.operations
    .filter((one) => isRead(one) && one.begin >= since && foundBy(one, at) === write.id)
    .map((one): [Operation, Operation] => [one, withFound(one, at, instead)]);
  const without = replace(run, changes);
  const entries = run.final?.entries ?? {};
  if (!run.final || entries[at] !== write.id) return without;
  const { [at]: _, ...others } = entries;
  return {
    ...without,
    final: { ...run.final, entries: instead === null ? others : { ...others, [at]: instead } },
  };
}

export const mutations: Readonly<Record<string, Mutation>> = {
  'a write is missing': (run, random) => {
    const write = pickFrom(run.operations.filter(isSet), random);
    return write && replace(run, [[write, undefined]]);
  },
  'two reads are swapped': (run, random) => {
    const reads = run.operations.filter((one) => isRead(one) && one.action === 'get');
    const [a, b] = [pickFrom(reads, random), pickFrom(reads, random)];
    if (!a || !b || a.key !== b.key || a.result === b.result) return undefined;
    const swapped = (to: Operation, from: Operation): Operation => ({ ...to, result: from.result });
    return replace(run, [
      [a, swapped(a, b)],
      [b, swapped(b, a)],
    ]);
  },
  'a read is stale': (run, random) =>
    readForged(
      run,
      random,
      (write, read, at) => write.key === at && write.end < read.begin && foundBy(read, at) !== write.id,
    ),
  'a read sees the future': (run, random) =>
    readForged(run, random, (write, read, at) => write.key === at && write.begin > read.end),
  'a read finds what was written to another key': (run, random) =>
    readForged(run, random, (write, _, at) => write.key !== at),
  'a read finds what nobody wrote': (run, random) => {
    const read = pickFrom(run.operations.filter(isRead), random);
    return read && replace(run, [[read, withFound(read, keyOf(read, random), 'nobodys')]]);
  },
  'a read misses what is there': (run, random) => {
    const read = pickFrom(run.operations.filter(isRead), random);
    if (!read) return undefined;
    const at = keyOf(read, random);
    return foundBy(read, at) === null ? undefined : replace(run, [[read, withFound(read, at, null)]]);
  },
  'an update is lost at once': (run, random) => {
    const write = pickFrom(run.operations.filter(isSet), random);
    return write && erased(run, write, write.begin, null);
  },
  'an update is lost to an older copy': (run, random) => {
    const [write, older] = [
      pickFrom(run.operations.filter(isSet), random),
      pickFrom(run.operations.filter(isSet), random),
    ];
    if (!write || !older || older === write || older.key !== write.key) return undefined;
    return erased(run, write, random.int(write.begin, write.end + 8), older.id);
  },
  'what was removed is back': (run, random) => {
    const removal = pickFrom(
      run.operations.filter(({ action, outcome }) => action === 'remove' && outcome === 'ok'),
      random,
    );
    if (!removal) return undefined;
    return readForged(
      run,
      random,
      (write, read, at) =>
        at === removal.key && write.key === at && write.end < removal.begin && removal.end < read.begin,
    );
  },
  'the end lacks an entry': (run, random) => {
    const entries = Object.entries(run.final?.entries ?? {});
    if (!run.final || entries.length === 0) return undefined;
    const gone = random.pick(entries);
    return {
      ...run,
      final: { ...run.final, entries: Object.fromEntries(entries.filter((one) => one !== gone)) },
    };
  },
  'two reads of the whole map disagree on the order of two keys': (run, random) => {
    const reads = run.operations.filter((one) => isRead(one) && one.action === 'all');
    const [a, b] = [pickFrom(reads, random), pickFrom(reads, random)];
    const at = random.pick(keys);
    if (!a || !b || foundBy(a, at) === foundBy(b, at)) return undefined;
    return replace(run, [
      [a, withFound(a, at, foundBy(b, at))],
      [b, withFound(b, at, foundBy(a, at))],
    ]);
  },
  'one who was told of failure had written': (run, random) => {
    const write = pickFrom(run.operations.filter(isSet), random);
    return write && replace(run, [[write, { ...write, outcome: 'fail', error: 'no' }]]);
  },
  'a read comes later than it was': (run, random) => {
    const read = pickFrom(run.operations.filter(isRead), random);
    return read && replace(run, [[read, shifted(read, random.int(3, 20))]]);
  },
  'a write comes later than it was': (run, random) => {
    const write = pickFrom(run.operations.filter(isSet), random);
    return write && replace(run, [[write, shifted(write, random.int(3, 20))]]);
  },
  'a removal comes earlier than it was': (run, random) => {
    const removal = pickFrom(
      run.operations.filter(({ action, outcome }) => action === 'remove' && outcome === 'ok'),
      random,
    );
    return removal && replace(run, [[removal, shifted(removal, -random.int(3, 20))]]);
  },
  'a writer was dead before its write was there': (run, random) => {
    const write = pickFrom(run.operations.filter(isSet), random);
    if (!write) return undefined;
    const end = write.begin - random.int(1, 12);
    const dead: Operation = { ...write, outcome: 'unknown', begin: end - random.int(0, 6), end };
    return replace(run, [[write, dead]]);
  },
};
