import type { SeedEvent, ValueId } from '../../history/events.js';
import { isStoreAlone } from '../../history/evidence.js';
import type { Interval } from '../../history/interval.js';
import type { Operation, Run } from '../../history/run.js';
import { foreignReads } from './foreign-reads.js';

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

/**
 * Splits a run by key. Linearizability is local (Herlihy and Wing 1990): a history of gets, sets and removes is
 * linearizable if each key's part is. For `all` that is only a necessary condition, for it reads all keys
 * at one instant.
 *
 * Values that no client wrote whole (`!...`) are left out: torn.ts has them.
 * @param except by id, the operations whose results prove nothing about single keys
 */
export function splitIntoRegisters(run: Run, except: ReadonlyMap<string, unknown>): Map<string, Register> {
  const registers = emptyRegisters(run);
  for (const operation of run.operations) addMutation(registers, operation);

  for (const operation of run.operations) {
    if (operation.outcome !== 'ok' || except.has(operation.id)) continue;
    const { action, key, result } = operation;
    if (isMutation(operation)) continue;
    const isOfOne = action === 'get' || action === 'refresh';
    if (isOfOne && key !== undefined && (result === null || typeof result === 'string')) {
      addRead(registers.get(key), { begin: operation.begin, end: operation.end, operation, value: result });
    } else if (action === 'all' && typeof result === 'object' && result !== null) {
      addReadOfAll(registers, operation, result);
    }
  }
  // Where the end was read through the store, that read is among the operations.
  if (run.final && run.final.broken === null && !isStoreAlone(run.header)) {
    const { time, entries } = run.final;
    addReadOfAll(registers, { begin: time, end: time }, entries);
  }
  // A foreign writer erases with a stale copy what a store can put back only at its next call: until then the
  // file is no proof of anything, and only the answers of the store are.
  const files = run.operations.some(({ foreign }) => foreign) ? [] : run.files;
  for (const { key, value, begin, end } of foreignReads(files)) {
    addRead(registers.get(key), { begin, end, operation: undefined, value });
  }
  for (const register of registers.values()) settleUnacknowledged(register);
  return registers;
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

/** What an entry of a map is, null where it is absent. Keys come from outside: `constructor` is one like others. */
export function entryOf(entries: Readonly<Record<string, ValueId>>, key: string): ValueId | null {
  return Object.hasOwn(entries, key) ? (entries[key] ?? null) : null;
}

/** One for each key that anybody mentions, in calls, results or seeds. */
function emptyRegisters(run: Run): Map<string, Register> {
  const keys = new Set(run.seeds.keys());
  for (const { key, result } of run.operations) {
    if (key !== undefined) keys.add(key);
    else if (typeof result === 'object' && result !== null) for (const name in result) keys.add(name);
  }
  for (const key in run.final?.entries) keys.add(key);
  for (const { set } of run.files) for (const key in set) keys.add(key);

  const start = { begin: beforeRun, end: beforeRun, operation: undefined };
  const registers = new Map<string, Register>();
  for (const key of keys) {
    const seed = run.seeds.get(key);
    registers.set(key, {
      key,
      writes: new Map(seed ? [[seed.value, { ...start, id: seed.value, acknowledged: true }]] : []),
      // Absence needs a cause like any value. No client caused this one, so it can't be a victim.
      removals: seed ? [] : [{ ...start, id: '', acknowledged: false }],
      reads: [],
    });
  }
  return registers;
}

function addMutation(registers: ReadonlyMap<string, Register>, operation: Operation): void {
  const { id, begin, end, action, key, outcome } = operation;
  if (key === undefined || outcome === 'fail' || !isMutation(operation)) return;
  const mutation = { id, begin, end, acknowledged: outcome === 'ok', operation };
  if (action === 'remove') registers.get(key)?.removals.push(mutation);
  else registers.get(key)?.writes.set(id, mutation);
}

function addReadOfAll(
  registers: ReadonlyMap<string, Register>,
  source: Operation | Interval,
  entries: Readonly<Record<string, ValueId>>,
): void {
  const { begin, end } = source;
  const operation = 'id' in source ? source : undefined;
  for (const [key, register] of registers) {
    addRead(register, { begin, end, operation, value: entryOf(entries, key) });
  }
}

function addRead(register: Register | undefined, read: Read): void {
  if (read.value === null || !read.value.startsWith('!')) register?.reads.push(read);
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
