import type { ErrorEvent, FaultEvent, HistoryEvent, InvokeEvent, OkEvent } from '../../../history/events.js';
import { withoutQuote } from '../../../history/words.js';
import type { CallRow, ContentRow, FaultRow, Overview, ScenarioPage } from '../data.js';
import { ContentTracker } from './contents.js';
import { type Brief, parse } from './events.js';
import { OverviewMaker } from './overview.js';
import { sentenceMax, shortened } from './shortened.js';
import type { Windows } from './windows.js';

const faultsMax = 300;
/** Calls before the moment at which an entry went, where its picture is too long to show all of them. */
const recentMax = 24;

/** What the pictures of a run need, wherever in the run it is. */
export interface Wanted {
  windows: Windows;
  /** Ids of operations. */
  calls: ReadonlySet<string>;
  /** Numbers of contents. */
  contents: ReadonlySet<number>;
}

interface Begun {
  time: number;
  client: string;
  action: string;
  line: string;
}

const micros = (time: number) => Math.round(time / 1e3);

/** Goes through the events of one run once, and keeps what its page shows. */
export class Collector {
  readonly overview = new OverviewMaker();
  private readonly begun = new Map<string, Begun>();
  private readonly clients = new Map<string, number>();
  private readonly profiles = new Map<string, string>();
  private readonly calls = new Map<string, CallRow>();
  private readonly contents: ContentTracker;
  private readonly faults: FaultRow[] = [];
  private readonly openFaults = new Map<string, FaultRow>();
  private faultsLeftOut = 0;
  private recent: { id: string; begun: Begun; end: Brief }[] = [];

  constructor(private readonly wanted: Wanted) {
    this.contents = new ContentTracker(wanted);
  }

  add(event: Brief | HistoryEvent): void {
    switch (event.type) {
      case 'start': {
        if (event.profile !== undefined) this.profiles.set(event.client, event.profile);
        return;
      }
      case 'invoke':
        this.begun.set(event.op, this.beginOf(event));
        return;
      case 'ok':
      case 'fail':
      case 'unknown':
        this.ended('line' in event ? event : briefOf(event));
        return;
      case 'fault':
        this.fault(event);
        return;
      case 'file':
        // A call that ended just before may have written it.
        if (this.contents.add(event)) this.keepRecent();
    }
  }

  finish(): Pick<ScenarioPage, 'overview' | 'clients' | 'calls' | 'contents'> {
    for (const [id, begun] of this.begun)
      if (this.isShown(id, begun.time, Number.MAX_SAFE_INTEGER)) this.keep(id, begun, undefined);
    const rows: ContentRow[] = this.contents.finish();
    const overview: Overview | null = this.overview.finish({ faults: [], faultsLeftOut: this.faultsLeftOut });
    return {
      overview: overview && { ...overview, faults: this.faults },
      clients: [...this.clients.keys()].map((name) => ({
        name,
        profile: this.profiles.get(name) ?? name.replace(/-\d+$/, ''),
      })),
      calls: [...this.calls.values()].sort((a, b) => a[5] - b[5]),
      contents: rows,
    };
  }

  private beginOf(event: Brief | InvokeEvent): Begun {
    const { time, client, action } = event;
    return { time, client, action, line: 'line' in event ? event.line : JSON.stringify(event) };
  }

  private ended(end: Brief): void {
    const begun = this.begun.get(end.op);
    if (begun === undefined) return;
    this.begun.delete(end.op);
    if (begun.client === 'audit') this.overview.audited(timesIn(end.line));
    else {
      this.overview.ended(begun.action, micros(begun.time), micros(end.time), end.type, timesIn(end.line));
      this.recent.push({ id: end.op, begun, end });
      if (this.recent.length > 2 * recentMax) this.recent = this.recent.slice(-recentMax);
    }
    if (this.isShown(end.op, begun.time, end.time)) this.keep(end.op, begun, end);
  }

  private isShown(id: string, from: number, to: number): boolean {
    if (this.wanted.calls.has(id)) return true;
    return this.wanted.windows.touch(from, to) && this.wanted.windows.take('calls', from, to);
  }

  private keepRecent(): void {
    for (const { id, begun, end } of this.recent.slice(-recentMax)) this.keep(id, begun, end);
    this.recent = [];
  }

  private keep(id: string, begun: Begun, end: Brief | undefined): void {
    const invoke = parse(begun.line) as InvokeEvent | undefined;
    if (invoke === undefined || this.calls.has(id)) return;
    const outcome = end === undefined ? undefined : (parse(end.line) as OkEvent | ErrorEvent | undefined);
    const { base = '', written = '' } = (outcome ?? {}) as OkEvent;
    this.calls.set(id, [
      id,
      this.numberOf(invoke.client),
      invoke.process,
      invoke.action,
      shortened(invoke.key ?? ''),
      micros(invoke.time),
      end === undefined ? null : micros(end.time),
      end?.type ?? 'open',
      shortened(answerOf(invoke, outcome), sentenceMax),
      shortened(String(base)),
      shortened(String(written)),
    ]);
  }

  private numberOf(client: string): number {
    const known = this.clients.get(client);
    if (known !== undefined) return known;
    this.clients.set(client, this.clients.size);
    return this.clients.size - 1;
  }

  private fault(event: FaultEvent): void {
    const { time, fault, phase, client = '', process, detail = '', op = '' } = event;
    const name = `${fault} ${process ?? ''}`;
    const open = this.openFaults.get(name);
    if (phase === 'end') {
      if (open !== undefined) open[2] = micros(time);
      this.openFaults.delete(name);
      return;
    }
    const row: FaultRow = [fault, micros(time), micros(time), client, detail, op];
    this.openFaults.set(name, row);
    if (this.faults.length < faultsMax) this.faults.push(row);
    else this.faultsLeftOut++;
  }
}

/** How many calls it stands for. */
function timesIn(line: string): number {
  if (!line.includes(',"times":')) return 1;
  return Number(/,"times":(\d+)/.exec(line)?.[1] ?? 1);
}

function briefOf(event: OkEvent | ErrorEvent): Brief {
  const { type, time, op } = event;
  return { type, time, op, client: '', action: '', line: JSON.stringify(event) };
}

function answerOf({ action }: InvokeEvent, outcome: OkEvent | ErrorEvent | undefined): string {
  if (outcome === undefined) return 'never returned';
  if (outcome.type !== 'ok')
    return `${outcome.type === 'fail' ? 'failed' : 'outcome unknown'}: ${withoutQuote(outcome.error)}`;
  const { result, times = 1 } = outcome;
  const often = times > 1 ? `, ${times} times the same` : '';
  if (action === 'set' || action === 'remove') return `acknowledged${often}`;
  if (typeof result === 'object' && result !== null)
    return `returned ${Object.keys(result).length} entries${often}`;
  return `returned ${result ?? 'nothing'}${often}`;
}
