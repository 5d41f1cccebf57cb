import { Ints } from '../../history/column.js';
import type { SeedEvent, ValueId } from '../../history/events.js';
import { isStoreAlone } from '../../history/evidence.js';
import type { Interval } from '../../history/interval.js';
import { OperationTable } from '../../history/operation-table.js';
import type { Operation, Run } from '../../history/run.js';
import { ForeignReads } from './foreign-reads.js';

/** When seeds were written and what is absent at first was removed: before every operation. */
export const beforeRun = -1;

/** An attempt to change one key. Seeds, and the absence before the run, have no operation. */
export interface Mutation extends Interval {
  /** The id of the operation; for a write, of its value, too. */
  id: string;
  acknowledged: boolean;
  operation: Operation | undefined;
}

export interface Read extends Interval {
  /** Undefined for a look at the file itself, from outside. */
  operation: Operation | undefined;
  value: ValueId | null;
}

/** All that happened to one key, which is a register with one value more: absent. */
export interface Register {
  key: string;
  /** By value. Those that certainly had no effect are not here, nor unacknowledged ones that no client saw. */
  writes: Map<ValueId, Mutation>;
  /** The acknowledged ones, and those that may have happened. */
  removals: Mutation[];
  reads: Read[];
}

/** So many operations of one key are objects of some ten megabytes, of which those of the key before are garbage. */
const manyMin = 20_000;

/**
 * Splits a run by key. Linearizability is local (Herlihy and Wing 1990): a history of gets, sets and removes is
 * linearizable if each key's part is. For `all` that is only a necessary condition, for it reads all keys
 * at one instant.
 *
 * Values that no client wrote whole (`!...`) are left out: torn.ts has them.
 * @param except by id, the operations whose results prove nothing about single keys
 * @param rest called before each key that has many operations
 * @returns one key after another: of a long run all of them at once would take more than the run itself
 */
export function* registersOf(
  run: Run,
  except: ReadonlyMap<string, unknown>,
  rest: () => void = () => {},
): Generator<Register> {
  // A foreign writer erases with a stale copy what a store can put back only at its next call: until then the
  // file is no proof of anything, and only the answers of the store are.
  const isForeign = run.operations.some(({ foreign }) => foreign);
  const foreignReads = new ForeignReads(isForeign ? [] : run.files);
  const { ofKey, ofAll } = placesByKey(run);
  for (const key of keysOf(run)) {
    const places = inOrder(ofKey.get(key), ofAll);
    if (places.length >= manyMin) rest();
    const register = emptyRegister(run, key);
    const operations = places.map((place) => run.operations.at(place) as Operation);
    for (const operation of operations) if (operation.key === key) addMutation(register, operation);
    for (const operation of operations) addReadOf(register, operation, except);
    // Where the end was read through the store, that read is among the operations.
    if (run.final && run.final.broken === null && !isStoreAlone(run.header)) {
      const { time, entries } = run.final;
      addRead(register, { begin: time, end: time, operation: undefined, value: entryOf(entries, key) });
    }
    for (const { value, begin, end } of foreignReads.of(key))
      addRead(register, { begin, end, operation: undefined, value });
    settleUnacknowledged(register);
    yield register;
  }
}

/** All of them at once. */
export function splitIntoRegisters(run: Run, except: ReadonlyMap<string, unknown>): Map<string, Register> {
  return new Map([...registersOf(run, except)].map((register) => [register.key, register]));
}

/** Places among the operations: of those of each key, and of those that read all keys. */
function placesByKey({ operations }: Run): { ofKey: ReadonlyMap<string, Ints>; ofAll: Ints } {
  const ofKey = new Map<string, Ints>();
  const ofAll = new Ints();
  let place = 0;
  for (const { key } of operations) {
    let places = key === undefined ? ofAll : ofKey.get(key);
    if (places === undefined) {
      places = new Ints();
      ofKey.set(key as string, places);
    }
    places.push(place++);
  }
  return { ofKey, ofAll };
}

function inOrder(own: Ints | undefined, ofAll: Ints): number[] {
  const places: number[] = [];
  for (let at = 0; own && at < own.length; at++) places.push(own.get(at));
  for (let at = 0; at < ofAll.length; at++) places.push(ofAll.get(at));
  return own && ofAll.length > 0 ? places.sort((a, b) => a - b) : places;
}

/** True if it changed something, or may have. A `refresh` that found another client's value only read it. */
export function isMutation({
  action,
  outcome,
  result,
  id,
}: Pick<Operation, 'action' | 'outcome' | 'result' | 'id'>): boolean {
  if (action === 'refresh') return outcome === 'unknown' || (outcome === 'ok' && result === id);
  return action === 'set' || action === 'remove';
}

/** The seeds that are what they should be: entries that no client ever tried to change. */
export function untouchedSeeds(run: Run): SeedEvent[] {
  const touched = new Set<string | undefined>();
  for (const { action, key } of run.operations) if (action !== 'get') touched.add(key);
  return [...run.seeds.values()].filter(({ key }) => !touched.has(key));
}

/** The keys that foreign programs change: no store can promise what a program does that knows nothing of it. */
export function keysWithoutPromise({ operations }: Run): Set<string | undefined> {
  return new Set(operations.flatMap(({ foreign, key }) => (foreign ? [key] : [])));
}

/** The operations by their ids. A table finds them itself. */
export function operationsById({ operations }: Run): { get(id: string): Operation | undefined } {
  if (operations instanceof OperationTable) return { get: (id) => operations.byId(id) };
  return new Map(operations.map((operation) => [operation.id, operation]));
}

/** What an entry of a map is, null where it is absent. Keys come from outside: `constructor` is one like others. */
export function entryOf(entries: Readonly<Record<string, ValueId>>, key: string): ValueId | null {
  return Object.hasOwn(entries, key) ? (entries[key] ?? null) : null;
}

/** Each key that occurs in calls, results or seeds. */
function keysOf(run: Run): Set<string> {
  const keys = new Set(run.seeds.keys());
  for (const { key, result } of run.operations) {
    if (key !== undefined) keys.add(key);
    else if (typeof result === 'object' && result !== null) for (const name in result) keys.add(name);
  }
  for (const key in run.final?.entries) keys.add(key);
  for (const { set } of run.files) for (const key in set) keys.add(key);
  return keys;
}

function emptyRegister({ seeds }: Run, key: string): Register {
  const start = { begin: beforeRun, end: beforeRun, operation: undefined };
  const seed = seeds.get(key);
  return {
    key,
    writes: new Map(seed ? [[seed.value, { ...start, id: seed.value, acknowledged: true }]] : []),
    // Absence needs a cause like any value. No client caused this one, so it can't be a victim.
    removals: seed ? [] : [{ ...start, id: '', acknowledged: false }],
    reads: [],
  };
}

function addMutation({ removals, writes }: Register, operation: Operation): void {
  const { id, begin, end, action, outcome } = operation;
  if (outcome === 'fail' || !isMutation(operation)) return;
  const mutation = { id, begin, end, acknowledged: outcome === 'ok', operation };
  if (action === 'remove') removals.push(mutation);
  else writes.set(id, mutation);
}

function addReadOf(register: Register, operation: Operation, except: ReadonlyMap<string, unknown>): void {
  const { outcome, action, result, begin, end } = operation;
  if (outcome !== 'ok' || isMutation(operation) || (except.size > 0 && except.has(operation.id))) return;
  if (action === 'all') {
    if (typeof result === 'object' && result !== null)
      addRead(register, { begin, end, operation, value: entryOf(result, register.key) });
  } else if (result === null || typeof result === 'string') {
    addRead(register, { begin, end, operation, value: result });
  }
}

function addRead({ reads }: Register, read: Read): void {
  if (read.value === null || !read.value.startsWith('!')) reads.push(read);
}

/**
 * With unique values an unacknowledged write is decided by the reads that saw it. Seen, it had happened before the
 * first such read ended. Never seen, it can be left out: a linearization that has it stays one without it.
 */
function settleUnacknowledged({ writes, reads }: Register): void {
  const seenBy = new Map<ValueId, number>();
  for (const { value, end } of reads) {
    if (value !== null) seenBy.set(value, Math.min(end, seenBy.get(value) ?? end));
  }
  for (const [value, write] of writes) {
    if (write.acknowledged) continue;
    const end = seenBy.get(value);
    if (end === undefined) writes.delete(value);
    else writes.set(value, { ...write, end: Math.min(write.end, end) });
  }
}
