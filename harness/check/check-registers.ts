import { toCalls } from '../checkers/lost-update/register-calls.js';
import { splitIntoRegisters } from '../checkers/lost-update/registers.js';
import { RegisterStream, type StreamVerdict } from '../checkers/stream/register-stream.js';
import type { ModelReport } from '../core/model-report.js';
import type { HistoryEvent, ValueId } from '../history/events.js';
import { readEvents } from '../history/read.js';
import { type Run, toRun } from '../history/run.js';
import { counted } from '../history/words.js';
import { checkLinearizable } from '../linearizable/index.js';
import { register } from '../linearizable/models/register.js';
import { toModelReport } from './model-report.js';
import { noOperation } from './nothing-found.js';
import { WellFormed } from './well-formed.js';

/**
 * Judges each key of a history as a register of its own, in one pass over the file that keeps some numbers for each value: a
 * history of millions of operations is never held whole. Keys that one pass can't decide, since they were removed, and the
 * first that it refuses, are read once more, and only these, for a search and an explanation.
 * @throws UsageError naming the line that is not an event
 */
export async function checkRegisters(file: string): Promise<ModelReport> {
  const from = { file, format: 'holdfast' };
  const wellFormed = new WellFormed();
  const verdicts = await streamRuns(file, wellFormed);
  if (wellFormed.operations === 0) {
    return noOperation(file, 'holdfast', register.name, { all: wellFormed.events, unit: 'line' });
  }
  const { cutAt } = wellFormed;
  const interrupted = cutAt === undefined ? {} : { interrupted: true as const };
  const calls = verdicts.reduce((sum, { operations }) => sum + operations, 0);
  const keys = verdicts.reduce((sum, one) => sum + one.keys, 0);
  let unknown: ModelReport | undefined;
  for (const [at, { invalid, undecided }] of verdicts.entries()) {
    const suspects = invalid.length > 0 ? invalid.slice(0, 1) : undecided;
    if (suspects.length === 0) continue;
    const registers = splitIntoRegisters(await readKeys(file, at, new Set(suspects)), new Map());
    for (const key of suspects) {
      const own = registers.get(key);
      // A value that no call wrote is what was there at the end.
      const named = (own ? toCalls(own) : []).map((call) => ({ ...call, id: call.id || 'the end' }));
      const checked = checkLinearizable(register, named);
      if (checked.verdict === 'valid') continue;
      const part = `"${key}"${verdicts.length > 1 ? ` of run ${at + 1}` : ''}`;
      const scope = checked.verdict === 'unknown' ? `${part} is not decided` : `${part}, as a register`;
      const { contradiction } = checked;
      const explained = contradiction ? { contradiction: { ...contradiction, part } } : {};
      const report = toModelReport(from, register, { ...checked, calls, ...explained }, scope);
      // A key that is not decided must not hide one that is wrong.
      if (checked.verdict === 'invalid') return { ...report, ...interrupted };
      unknown ??= { ...report, ...interrupted };
    }
  }
  if (unknown) return unknown;
  const exact = `exact for ${counted(keys, 'key')}, each as a register of its own`;
  const [result, scope] =
    cutAt === undefined
      ? (['valid', exact] as const)
      : (['unknown', `interrupted: cut in line ${cutAt}; what was before, ${exact}`] as const);
  return { ...from, model: register.name, result, calls, scope, ...interrupted };
}

async function streamRuns(file: string, wellFormed: WellFormed): Promise<StreamVerdict[]> {
  const verdicts: StreamVerdict[] = [];
  let stream: RegisterStream | undefined;
  for await (const events of readEvents(file, 0, wellFormed)) {
    for (const event of events) {
      if (event.type === 'run') {
        if (stream) verdicts.push(stream.finish());
        stream = new RegisterStream();
      }
      stream?.add(event);
    }
  }
  if (stream) verdicts.push(stream.finish());
  return verdicts;
}

/** One run of the file, by its number, as if these keys had been all. */
async function readKeys(file: string, number: number, keys: ReadonlySet<string>): Promise<Run> {
  const kept: HistoryEvent[] = [];
  const operations = new Set<string>();
  let at = -1;
  for await (const events of readEvents(file)) {
    for (const event of events) {
      if (event.type === 'run') at++;
      if (at !== number) continue;
      if (event.type === 'invoke' && (event.key === undefined || keys.has(event.key)))
        operations.add(event.op);
      const own = onlyKeys(event, keys, operations);
      if (own) kept.push(own);
    }
  }
  return toRun(kept);
}

function onlyKeys(
  event: HistoryEvent,
  keys: ReadonlySet<string>,
  operations: ReadonlySet<string>,
): HistoryEvent | undefined {
  const only = (entries: Readonly<Record<string, ValueId>>) =>
    Object.fromEntries(Object.entries(entries).filter(([key]) => keys.has(key)));
  switch (event.type) {
    case 'run':
    case 'start':
    case 'exit':
      return event;
    case 'seed':
      return keys.has(event.key) ? event : undefined;
    case 'ok':
      if (!operations.has(event.op)) return undefined;
      return typeof event.result === 'object' && event.result !== null
        ? { ...event, result: only(event.result) }
        : event;
    case 'invoke':
    case 'fail':
    case 'unknown':
      return operations.has(event.op) ? event : undefined;
    case 'final':
      return { ...event, entries: only(event.entries) };
    default:
      // What foreign readers saw is no call, and the rest is about other guarantees.
      return undefined;
  }
}
