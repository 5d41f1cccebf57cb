import type { Verdict } from '../../core/verdict.js';
import type { Access, Action, HistoryEvent, InvokeEvent, ValueId } from '../../history/events.js';
import { byFirstEnd, findOverlap, type Zone } from '../../linearizable/index.js';
import { ZoneTable } from './zone-table.js';

interface Key {
  /** By value, its row of the table. */
  rows: Map<ValueId, number>;
  /** The row of what is there before anything is written. */
  absent: number;
  /** A client tried to remove it: then absence has more causes than one. */
  wasRemoved: boolean;
}

/** The verdict about a stream of events. */
export interface StreamVerdict {
  verdict: Verdict;
  operations: number;
  keys: number;
  /** Keys that are not linearizable. */
  invalid: string[];
  /** Keys with removals, which one pass can't decide. */
  undecided: string[];
}

/**
 * Judges the keys of a history as registers in one pass, event by event: near-linear, and with a memory of some numbers for
 * each value that was written and each call that is under way, whatever the length of the history. Exact for keys that no client
 * removes. A read that finds nothing does not tell whose removal it saw, and which it can be depends on the others: each removal
 * happens once, so zones of single calls are all right here, and there is no order.
 *
 *     remove  |--------------------------------|
 *     read nothing  |-|    set y |-|    read nothing |-|      (y was set before, too)
 *
 * A read of the whole map is a read of each key. What foreign programs do, and looks at the file, are passed over.
 */
export class RegisterStream {
  private readonly table = new ZoneTable();
  private readonly keys = new Map<string, Key>();
  private readonly underWay = new Map<string, InvokeEvent>();
  private readonly accessOf = new Map<number, Access>();
  /** Writes whose processes have ended, and since when: they happen by the next change, or never (`lastChances` of run.ts). */
  private orphans: { op: string; key: string; begin: number; death: number }[] = [];
  /** The state of keys that have not occurred yet: until then they were absent. */
  private latestAll = Number.NEGATIVE_INFINITY;
  private operations = 0;

  /** Takes the next event, in the order of the history. */
  add(event: HistoryEvent): void {
    switch (event.type) {
      case 'seed':
        this.table.happened(this.write(event.key, event.value, beforeAll, beforeAll));
        // It was not absent at first, so no read can have found that without a removal.
        this.keyOf(event.key).absent = this.table.add();
        break;
      case 'start':
        this.accessOf.set(event.process, event.access);
        break;
      case 'invoke':
        this.begin(event);
        break;
      case 'ok':
      case 'fail':
      case 'unknown': {
        const call = this.underWay.get(event.op);
        this.underWay.delete(event.op);
        // The last word of a process may be written down after its end.
        if (this.orphans.length > 0) this.orphans = this.orphans.filter(({ op }) => op !== event.op);
        if (call && event.type === 'ok') this.succeed(call, event.time, event.result);
        if (call && event.type === 'fail') this.refuse(call);
        break;
      }
      case 'exit':
        if (this.accessOf.get(event.process) === 'file') this.bereave(event.process, event.time);
        break;
      case 'final':
        if (event.broken === null) this.readAll(event.entries, event.time, event.time);
        break;
    }
  }

  /** Returns the verdict, once all events were added. */
  finish(): StreamVerdict {
    const invalid: string[] = [];
    const undecided: string[] = [];
    for (const [name, key] of this.keys) {
      if (!this.isLinearizable(key)) invalid.push(name);
      else if (key.wasRemoved) undecided.push(name);
    }
    const verdict = invalid.length > 0 ? 'invalid' : undecided.length > 0 ? 'unknown' : 'valid';
    return { verdict, operations: this.operations, keys: this.keys.size, invalid, undecided };
  }

  private begin(call: InvokeEvent): void {
    if (this.accessOf.get(call.process) === 'foreign') return;
    this.operations++;
    this.underWay.set(call.op, call);
    const { action, key, op, time } = call;
    if (key === undefined) return;
    if (action === 'remove') this.keyOf(key).wasRemoved = true;
    // A refresh may find that there is nothing to do: then no client ever sees this value.
    if (writes(action)) this.write(key, op, time, Number.POSITIVE_INFINITY);
  }

  private succeed({ action, key, op, time: begin }: InvokeEvent, end: number, result: unknown): void {
    if (action === 'set' || action === 'remove') this.closeOrphans(begin, end);
    if (action === 'all') {
      if (typeof result === 'object' && result !== null)
        this.readAll(result as Record<string, ValueId>, begin, end);
    } else if (key === undefined || action === 'remove') {
      return;
    } else if (action === 'set' || result === op) {
      this.table.happened(this.write(key, op, begin, end));
    } else if (result === null || typeof result === 'string') {
      this.read(key, result, begin, end);
    }
  }

  private refuse({ action, key, op }: InvokeEvent): void {
    if (writes(action) && key !== undefined) this.table.failed(this.rowOf(key, op));
  }

  private bereave(process: number, death: number): void {
    for (const [op, { process: owner, action, key, time: begin }] of this.underWay) {
      if (owner === process && writes(action) && key !== undefined)
        this.orphans.push({ op, key, begin, death });
    }
  }

  private closeOrphans(begin: number, end: number): void {
    if (this.orphans.length === 0) return;
    this.orphans = this.orphans.filter((orphan) => {
      if (orphan.death >= begin) return true;
      this.write(orphan.key, orphan.op, orphan.begin, end);
      return false;
    });
  }

  private write(key: string, id: ValueId, begin: number, end: number): number {
    const row = this.rowOf(key, id);
    this.table.write(row, begin, end);
    return row;
  }

  private readAll(entries: Readonly<Record<string, ValueId>>, begin: number, end: number): void {
    for (const key in entries) this.keyOf(key);
    for (const key of this.keys.keys()) {
      this.read(key, Object.hasOwn(entries, key) ? (entries[key] ?? null) : null, begin, end);
    }
    this.latestAll = Math.max(this.latestAll, begin);
  }

  private read(key: string, id: ValueId | null, begin: number, end: number): void {
    // No operation wrote it whole: that is no matter of order.
    if (id?.startsWith('!')) return;
    this.table.read(id === null ? this.keyOf(key).absent : this.rowOf(key, id), begin, end);
  }

  private rowOf(key: string, id: ValueId): number {
    const { rows } = this.keyOf(key);
    let row = rows.get(id);
    if (row === undefined) {
      row = this.table.add();
      rows.set(id, row);
    }
    return row;
  }

  private keyOf(name: string): Key {
    let key = this.keys.get(name);
    if (key === undefined) {
      const absent = this.table.add();
      this.table.write(absent, beforeAll, beforeAll);
      this.table.read(absent, this.latestAll, Number.POSITIVE_INFINITY);
      key = { rows: new Map(), absent, wasRemoved: false };
      this.keys.set(name, key);
    }
    return key;
  }

  private isLinearizable({ rows, absent, wasRemoved }: Key): boolean {
    const zones: Zone[] = [];
    for (const row of wasRemoved ? rows.values() : [absent, ...rows.values()]) {
      if (this.table.isGarbage(row)) return false;
      const zone = this.table.zoneOf(row);
      if (zone) zones.push(zone);
    }
    return findOverlap(zones.sort(byFirstEnd)) === undefined;
  }
}

const beforeAll = Number.NEGATIVE_INFINITY;

function writes(action: Action): boolean {
  return action === 'set' || action === 'refresh';
}
