import { UsageError } from '../../src/cli/usage-error.js';
import { countWhile } from './count-while.js';
import type {
  Access,
  Action,
  ExitEvent,
  FaultEvent,
  FileEvent,
  FinalEvent,
  HistoryEvent,
  Link,
  ModeEvent,
  PlaceEvent,
  RunEvent,
  SeedEvent,
  TokenEvent,
  ValueId,
  VersionName,
} from './events.js';

/** How an operation ended: `fail` certainly had no effect, `unknown` may have had one. */
export type Outcome = 'ok' | 'fail' | 'unknown';

/** An operation with its interval, paired from its events. */
export interface Operation {
  id: string;
  client: string;
  process: number;
  /** True for a program that rewrites the file itself and knows nothing of the store. */
  foreign: boolean;
  /** True if it asked a server, whose process it was that used the store. */
  isRemote: boolean;
  action: Action;
  /** Undefined for `all`. */
  key: string | undefined;
  begin: number;
  /**
   * When it had certainly taken effect, if it ever did. For `ok` and `fail` the return. For `unknown` Infinity where another
   * process or a later restoration could still do it; where its process was killed, see `lastChances`.
   */
  end: number;
  outcome: Outcome;
  /** The value that a `get` or `refresh` found, null where the key is absent; for an `all`, key to value. Undefined for writes and failures. */
  result: ValueId | null | Record<string, ValueId> | undefined;
  error: string | undefined;
  torn: boolean;
  /** How many calls it stands for: see `OkEvent`. */
  times: number;
  /** Of a change whose target could say: what it was made from, and what it made. */
  base?: VersionName;
  written?: VersionName;
  /** True if it never returned, and no fault that killed its process is the reason. */
  hung: boolean;
}

/** One run of one scenario on one target, as the checkers see it. */
export interface Run {
  header: RunEvent;
  seeds: ReadonlyMap<string, SeedEvent>;
  /** That led to the file at the beginning. */
  links: readonly Link[];
  /** Undefined if there was none. */
  canary: PlaceEvent['canary'];
  /** In order of their calls. */
  operations: Operation[];
  faults: FaultEvent[];
  exits: ExitEvent[];
  files: FileEvent[];
  modes: ModeEvent[];
  /** Presented to the server that issues them, in the order of its decisions. */
  tokens: TokenEvent[];
  /** Undefined if the run was interrupted. */
  final: FinalEvent | undefined;
}

/** Pairs the events of one run, in any order between processes. @throws UsageError if they are not one run */
export function toRun(events: readonly HistoryEvent[]): Run {
  const header = events.find((event) => event.type === 'run');
  if (!header) throw new UsageError('a history begins with a "run" event, and this one has none');
  if (header.version !== 1) throw new UsageError(`this history has version ${header.version}, expected 1`);
  const of = <T extends HistoryEvent['type']>(type: T) =>
    events.filter((event): event is Extract<HistoryEvent, { type: T }> => event.type === type);

  const exits = of('exit');
  return {
    header,
    seeds: new Map(of('seed').map((seed) => [seed.key, seed])),
    links: of('place').flatMap(({ links }) => links),
    canary: of('place').find(({ canary }) => canary)?.canary,
    operations: pairOperations(
      events,
      exits,
      new Map(of('start').map((start) => [start.process, start.access])),
    ),
    faults: of('fault'),
    exits,
    files: of('file'),
    modes: of('mode'),
    tokens: of('token').sort((a, b) => a.until - b.until),
    final: of('final')[0],
  };
}

function pairOperations(
  events: readonly HistoryEvent[],
  exits: readonly ExitEvent[],
  accessOf: ReadonlyMap<number, Access>,
): Operation[] {
  const exitOf = new Map(exits.map((exit) => [exit.process, exit]));
  const operations = new Map<string, Operation>();
  for (const event of events) {
    if (event.type !== 'invoke') continue;
    const exit = exitOf.get(event.process);
    const access = accessOf.get(event.process);
    operations.set(event.op, {
      id: event.op,
      client: event.client,
      process: event.process,
      foreign: access === 'foreign',
      isRemote: access === 'http',
      action: event.action,
      key: event.key,
      begin: event.time,
      end: Number.POSITIVE_INFINITY,
      outcome: 'unknown',
      result: undefined,
      error: undefined,
      torn: false,
      times: 1,
      hung: exit === undefined || exit.signal === null || !exit.expected,
    });
  }
  const pending = new Set(operations.values());
  for (const event of events) {
    if (event.type !== 'ok' && event.type !== 'fail' && event.type !== 'unknown') continue;
    const operation = operations.get(event.op);
    if (!operation)
      throw new UsageError(`this history is incomplete: operation ${event.op} ends but never began`);
    pending.delete(operation);
    operation.hung = false;
    operation.outcome = event.type;
    operation.end = event.type === 'unknown' ? Number.POSITIVE_INFINITY : event.time;
    if (event.type === 'ok') {
      operation.result = event.result;
      operation.times = event.times ?? 1;
      if (event.base !== undefined) operation.base = event.base;
      if (event.written !== undefined) operation.written = event.written;
    } else {
      operation.error = event.error;
      operation.torn = event.torn ?? false;
    }
  }
  const inOrder = [...operations.values()].sort((a, b) => a.begin - b.begin);
  const lastChanceAfter = lastChances(inOrder);
  for (const operation of pending) {
    const exit = exitOf.get(operation.process);
    const access = accessOf.get(operation.process);
    // What it asked of a server may still be under way there.
    if (exit && access === 'foreign') operation.end = exit.time;
    if (exit && access === 'file') operation.end = lastChanceAfter(exit.time);
  }
  return inOrder;
}

/**
 * What a killed process had begun happens soon after its end, or never will. By its end, if it alone could do it (strict
 * linearizability, Aguilera and Frolund 2003). But a store may let another process carry it along, and that one can't know at
 * the moment of its commit who has just died. So the bound is the next change that any client asks for after the death: once that
 * one is acknowledged, nothing comes from the dead any more.
 * @returns for the time of a death that bound
 */
function lastChances(operations: readonly Operation[]): (death: number) => number {
  const changes = operations.filter(
    ({ action, outcome, foreign }) =>
      outcome === 'ok' && !foreign && (action === 'set' || action === 'remove'),
  );
  // By begin: from each on, the earliest end.
  const earliest: number[] = [];
  for (let n = changes.length - 1; n >= 0; n--) {
    earliest[n] = Math.min(changes[n]?.end ?? 0, earliest[n + 1] ?? Number.POSITIVE_INFINITY);
  }
  const countBefore = (death: number) => countWhile(changes, ({ begin }) => begin <= death);
  return (death) => earliest[countBefore(death)] ?? Number.POSITIVE_INFINITY;
}
