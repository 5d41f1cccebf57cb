import type {
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
import type { List } from './list.js';
import { RunBuilder } from './run-builder.js';

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
  base?: VersionName | undefined;
  written?: VersionName | undefined;
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
  operations: List<Operation>;
  faults: FaultEvent[];
  exits: ExitEvent[];
  files: List<FileEvent>;
  modes: ModeEvent[];
  /** Presented to the server that issues them, in the order of its decisions. */
  tokens: TokenEvent[];
  /** Undefined if the run was interrupted. */
  final: FinalEvent | undefined;
}

/** A run whose operations and contents are objects. To a user's compiler an array alone is a list only with the library of ES2023. */
export interface PlainRun extends Run {
  operations: Operation[] & List<Operation>;
  files: FileEvent[] & List<FileEvent>;
}

/** Pairs the events of one run, in any order between processes. @throws UsageError if they are not one run */
export function toRun(events: readonly HistoryEvent[]): PlainRun {
  const builder = new RunBuilder();
  // An operation need not stand behind its begin, nor its begin behind the start of its process.
  for (const event of events) if (isEarly(event)) builder.add(event);
  for (const event of events) if (event.type === 'invoke') builder.add(event);
  for (const event of events) if (!isEarly(event) && event.type !== 'invoke') builder.add(event);
  const run = builder.finish();
  return {
    ...run,
    operations: run.operations.map(toPlain),
    files: events.filter((event) => event.type === 'file'),
  };
}

function isEarly({ type }: HistoryEvent): boolean {
  return type === 'run' || type === 'seed' || type === 'start';
}

function toPlain(one: Operation): Operation {
  const { base, written } = one;
  const plain: Operation = {
    id: one.id,
    client: one.client,
    process: one.process,
    foreign: one.foreign,
    isRemote: one.isRemote,
    action: one.action,
    key: one.key,
    begin: one.begin,
    end: one.end,
    outcome: one.outcome,
    result: one.result,
    error: one.error,
    torn: one.torn,
    times: one.times,
    hung: one.hung,
  };
  if (base !== undefined) plain.base = base;
  if (written !== undefined) plain.written = written;
  return plain;
}
