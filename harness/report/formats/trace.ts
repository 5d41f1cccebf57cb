import type { FindingLine } from '../../core/verdict.js';
import type { HistoryEvent, InvokeEvent } from '../../history/events.js';

/** A record of the Trace Event Format, which Perfetto and Chrome read. Times are microseconds. */
export interface TraceEvent {
  name: string;
  /** `X`: has a length; `i`: a moment; `M`: says how a process is called. */
  ph: 'X' | 'i' | 'M';
  pid: number;
  tid: number;
  ts?: number;
  dur?: number;
  s?: 'p' | 'g';
  cat?: string;
  args?: Record<string, unknown>;
}

/** Lanes of what is no process: numbers that no process has. */
const filePid = 0;
const faultsTid = 1;
const violationsTid = 2;

/**
 * Turns a history into a trace, event by event, so that it may have any length: a lane for each process with its operations, one
 * for the file with its versions, one for the faults, and marks where a guarantee was violated. Each run of the history comes after the one before.
 */
export class Trace {
  private readonly underWay = new Map<string, InvokeEvent>();
  /** When each fault that lasts has begun. */
  private readonly faults = new Map<string, number>();
  private readonly named = new Set<string>();
  private offset = 0;
  private latest = 0;
  /** Where each run begins. */
  private readonly offsets: number[] = [];

  /** @returns the records that the event completes */
  add(event: HistoryEvent): TraceEvent[] {
    if (event.type === 'run') {
      this.offset = this.latest;
      this.offsets.push(this.offset);
      this.underWay.clear();
      this.faults.clear();
      const label = `${event.scenario} on ${event.target}`;
      return [
        ...this.name(filePid, 'the file'),
        this.moment(`run: ${label}`, 0, filePid, 'run', { seed: event.seed }),
      ];
    }
    if ('time' in event) this.latest = Math.max(this.latest, this.offset + event.time);
    switch (event.type) {
      case 'start':
        return this.name(event.process, event.client);
      case 'invoke':
        this.underWay.set(event.op, event);
        return [];
      case 'ok':
      case 'fail':
      case 'unknown':
        return this.ended(event);
      case 'exit':
        return [this.moment(`exit ${event.signal ?? event.code}`, event.time, event.process, 'process', {})];
      case 'file':
        return [
          this.moment(event.broken ?? `v${event.version}`, event.time, filePid, 'file', {
            set: event.set,
            removed: event.removed,
          }),
        ];
      case 'fault':
        return this.fault(event);
      default:
        return [];
    }
  }

  /** @returns a mark across all lanes, where a violation showed. Its run was added before */
  found({ run, kind, guarantee, sentence, operations, to }: FindingLine): TraceEvent[] {
    const offset = this.offsets[run];
    if (offset === undefined) return [];
    const mark = this.moment(
      kind,
      to,
      filePid,
      'violation',
      { guarantee, sentence, operations },
      violationsTid,
    );
    return [{ ...mark, ts: (offset + to) / 1000 }];
  }

  private ended(event: Extract<HistoryEvent, { type: 'ok' | 'fail' | 'unknown' }>): TraceEvent[] {
    const call = this.underWay.get(event.op);
    this.underWay.delete(event.op);
    if (!call) return [];
    const key = call.key === undefined ? '' : ` "${call.key}"`;
    const outcome = event.type === 'ok' ? '' : ` (${event.type})`;
    return [
      {
        name: `${call.action}${key}${outcome}`,
        ph: 'X',
        pid: call.process,
        tid: call.process,
        ts: this.micros(call.time),
        dur: (event.time - call.time) / 1000,
        cat: event.type,
        args: { op: event.op, ...('result' in event ? { result: event.result } : {}) },
      },
    ];
  }

  private fault(event: Extract<HistoryEvent, { type: 'fault' }>): TraceEvent[] {
    const id = `${event.fault} ${event.process ?? ''}`;
    const what = `${event.fault}${event.client === undefined ? '' : ` ${event.client}`}`;
    const begun = this.faults.get(id);
    if (event.phase === 'begin') {
      this.faults.set(id, event.time);
      return [this.moment(what, event.time, filePid, 'fault', { detail: event.detail }, faultsTid)];
    }
    if (begun === undefined) return [];
    this.faults.delete(id);
    const dur = (event.time - begun) / 1000;
    const ts = this.micros(begun);
    return [{ name: what, ph: 'X', pid: event.process ?? filePid, tid: faultsTid, ts, dur, cat: 'fault' }];
  }

  private name(pid: number, name: string): TraceEvent[] {
    if (this.named.has(`${pid}`)) return [];
    this.named.add(`${pid}`);
    return [{ name: 'process_name', ph: 'M', pid, tid: pid, args: { name } }];
  }

  private moment(
    name: string,
    time: number,
    pid: number,
    cat: string,
    args: Record<string, unknown>,
    tid = pid,
  ): TraceEvent {
    return { name, ph: 'i', pid, tid, ts: this.micros(time), s: pid === filePid ? 'g' : 'p', cat, args };
  }

  private micros(time: number): number {
    return (this.offset + time) / 1000;
  }
}
