import { UsageError } from '../../src/cli/usage-error.js';
import { Floats } from './column.js';
import type {
  Access,
  ErrorEvent,
  ExitEvent,
  FaultEvent,
  FinalEvent,
  HistoryEvent,
  InvokeEvent,
  Link,
  ModeEvent,
  OkEvent,
  PlaceEvent,
  RunEvent,
  SeedEvent,
  TokenEvent,
} from './events.js';
import { FileTable } from './file-table.js';
import { OperationTable } from './operation-table.js';
import type { Run } from './run.js';

/** Takes the events of one run, one after another, and keeps of them what is judged: none is held as it came. */
export class RunBuilder {
  private header: RunEvent | undefined;
  private readonly seeds = new Map<string, SeedEvent>();
  private readonly links: Link[] = [];
  private canary: PlaceEvent['canary'];
  private readonly operations = new OperationTable();
  private readonly faults: FaultEvent[] = [];
  private readonly exits = new Map<number, ExitEvent>();
  private readonly allExits: ExitEvent[] = [];
  private readonly files = new FileTable(this.operations.names);
  private readonly modes: ModeEvent[] = [];
  private readonly tokens: TokenEvent[] = [];
  private final: FinalEvent | undefined;
  private readonly access = new Map<number, Access>();
  private readonly doers = new Map<string, number>();
  /** Rows of operations that have begun and not ended. */
  private readonly pending = new Set<number>();

  /** @throws UsageError if an operation ends that has not begun */
  add(event: HistoryEvent): void {
    switch (event.type) {
      case 'run':
        this.header ??= event;
        break;
      case 'seed':
        this.seeds.set(event.key, event);
        break;
      case 'place':
        this.links.push(...event.links);
        this.canary ??= event.canary;
        break;
      case 'start':
        this.access.set(event.process, event.access);
        break;
      case 'invoke':
        this.begin(event);
        break;
      case 'ok':
      case 'fail':
      case 'unknown':
        this.end(event);
        break;
      case 'exit':
        this.exits.set(event.process, event);
        this.allExits.push(event);
        break;
      case 'fault':
        this.faults.push(event);
        break;
      case 'file':
        this.files.add(event);
        break;
      case 'mode':
        this.modes.push(event);
        break;
      case 'token':
        this.tokens.push(event);
        break;
      case 'final':
        this.final ??= event;
        break;
    }
  }

  /** @throws UsageError if the events are not one run */
  finish(): Run {
    const { header, operations } = this;
    if (!header) throw new UsageError('a history begins with a "run" event, and this one has none');
    if (header.version !== 1) throw new UsageError(`this history has version ${header.version}, expected 1`);
    operations.sort();
    this.settlePending();
    return {
      header,
      seeds: this.seeds,
      links: this.links,
      canary: this.canary,
      operations,
      faults: this.faults,
      exits: this.allExits,
      files: this.files,
      modes: this.modes,
      tokens: this.tokens.sort((a, b) => a.until - b.until),
      final: this.final,
    };
  }

  private begin({ op, client, process, action, key, time }: InvokeEvent): void {
    const name = `${process} ${client}`;
    let doer = this.doers.get(name);
    if (doer === undefined) {
      const access = this.access.get(process);
      const [foreign, isRemote] = [access === 'foreign', access === 'http'];
      doer = this.operations.addDoer({ client, process, foreign, isRemote });
      this.doers.set(name, doer);
    }
    this.pending.add(this.operations.add(op, doer, action, key, time));
  }

  private end(event: OkEvent | ErrorEvent): void {
    const row = this.operations.rowNamed(event.op);
    if (row === undefined)
      throw new UsageError(`this history is incomplete: operation ${event.op} ends but never began`);
    this.pending.delete(row);
    if (event.type === 'ok') {
      const { times = 1, base, written } = event;
      this.operations.finish(row, 'ok', event.time, event.result);
      if (times !== 1) this.operations.setTimes(row, times);
      this.operations.setVersions(row, base, written);
      return;
    }
    const end = event.type === 'unknown' ? Number.POSITIVE_INFINITY : event.time;
    this.operations.finish(row, event.type, end, undefined);
    this.operations.addRare(row, { error: event.error, ...(event.torn ? { torn: event.torn } : {}) });
  }

  private settlePending(): void {
    const { operations } = this;
    if (this.pending.size === 0) return;
    const lastChanceAfter = lastChances(operations);
    for (const row of this.pending) {
      const { process } = operations.doerAt(row);
      const exit = this.exits.get(process);
      const access = this.access.get(process);
      if (exit === undefined || exit.signal === null || !exit.expected)
        operations.addRare(row, { hung: true });
      // What it asked of a server may still be under way there.
      if (exit && access === 'foreign') operations.setEnd(row, exit.time);
      if (exit && access === 'file') operations.setEnd(row, lastChanceAfter(exit.time));
    }
  }
}

/**
 * What a killed process had begun happens soon after its end, or never will. By its end, if it alone could do it (strict
 * linearizability, Aguilera and Frolund 2003). But a store may let another process carry it along, and that one can't know at
 * the moment of its commit who has just died. So the bound is the next change that any client asks for after the death: once that
 * one is acknowledged, nothing comes from the dead any more.
 * @returns for the time of a death that bound
 */
function lastChances(operations: OperationTable): (death: number) => number {
  const begins = new Floats();
  const ends = new Floats();
  for (const { action, outcome, foreign, begin, end } of operations) {
    if (outcome !== 'ok' || foreign || (action !== 'set' && action !== 'remove')) continue;
    begins.push(begin);
    ends.push(end);
  }
  // By begin: from each on, the earliest end.
  for (let n = ends.length - 2; n >= 0; n--) ends.set(n, Math.min(ends.get(n), ends.get(n + 1)));
  return (death) => {
    const next = begins.countBelow(death, true);
    return next < ends.length ? ends.get(next) : Number.POSITIVE_INFINITY;
  };
}
