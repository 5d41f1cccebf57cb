import type { Finding, Mechanism } from '../core/verdict.js';
import type { FileEvent } from '../history/events.js';
import type { Operation, Run } from '../history/run.js';
import { inMs, withoutQuote } from '../history/words.js';
import { damageWindows, foreignWriteWindows, type Window } from './damage-windows.js';
import { readsWithoutSeeds } from './lost-update/seed-sightings.js';

/** G1: every process that opens the file, through the store or without it, sees one complete committed state. */
export function checkTorn(run: Run): Finding[] {
  const windows = damageWindows(run);
  // A foreign writer tears the file for other foreigners, and that is its own doing. No excuse for the store, which has
  // to wait until it is whole again.
  const tornByOthers = [...windows, ...foreignWriteWindows(run)];
  return [...tornReads(run, windows), ...tornFinal(run), ...tornFiles(run, tornByOthers)];
}

function tornReads(run: Run, windows: readonly Window[]): Finding[] {
  const incomplete = readsWithoutSeeds(run);
  return run.operations.flatMap((operation) => {
    const what = whatIsTorn(operation, incomplete, windows, run.files);
    if (what === undefined) return [];
    const { id, key, begin, end } = operation;
    return {
      guarantee: 'G1',
      kind: 'torn-read',
      sentence: `${id} (${action(operation)} at ${inMs(begin)}) ${what}`,
      ...(key === undefined ? {} : { key }),
      operations: [id],
      from: begin,
      to: end,
      mechanism: howTorn(operation),
    };
  });
}

function whatIsTorn(
  operation: Operation,
  incomplete: ReadonlyMap<string, string>,
  windows: readonly Window[],
  files: Run['files'],
): string | undefined {
  const { id, begin, end, result, torn } = operation;
  // To say so is the right answer to a file that the harness itself has damaged.
  if (torn && !windows.some((window) => window.from <= end && begin <= window.to)) {
    const error = withoutQuote(operation.error ?? '');
    const look = brokenDuring(operation, files);
    // What a parser refuses need not be the file: it may be one value in it, or something else altogether.
    if (look === undefined) return /^\w*Error\b/.test(error) ? `threw ${error}` : `failed: ${error}`;
    return `met an empty or half-written file (${error}); a look at ${inMs(look.time)} found: ${look.broken}`;
  }
  const values =
    typeof result === 'object' && result !== null ? Object.entries(result) : [[operation.key, result]];
  const bad = values.find(([, value]) => value?.startsWith('!'));
  if (bad) return `found a value that no operation wrote whole at "${bad[0]}": ${bad[1]?.slice(1)}`;
  const missed = incomplete.get(id);
  return missed === undefined ? undefined : `missed "${missed}", which was there before it and after it`;
}

/** One that found no entries at all, though there are some all the time, took what it could not read for an empty file. */
function howTorn({ torn, result }: Operation): Mechanism {
  const isObject = typeof result === 'object' && result !== null;
  if (isObject && Object.keys(result).length === 0) return 'empty read';
  const isHalf = isObject && Object.values(result).some((value) => value.startsWith('!'));
  return torn || isHalf || (typeof result === 'string' && result.startsWith('!')) ? 'torn read' : 'unknown';
}

/** A look that found the file broken, and broken it was until the next one, at some time of an operation. */
function brokenDuring({ begin, end }: Operation, files: Run['files']): FileEvent | undefined {
  return files.find(({ broken, time, until }, index) => {
    const changed = files.at(index + 1)?.time ?? until;
    return broken !== null && time <= end && begin <= changed;
  });
}

/** Seeds are seeds.ts's. */
function tornFinal({ final, seeds }: Run): Finding[] {
  if (!final) return [];
  return Object.entries(final.entries)
    .filter(([key, value]) => value.startsWith('!') && !seeds.has(key))
    .map(([key, value]) => ({
      guarantee: 'G1',
      kind: 'torn-read',
      sentence: `at the end of the run "${key}" held a value that no operation wrote whole: ${value.slice(1)}`,
      key,
      operations: [],
      from: final.time,
      to: final.time,
    }));
}

function tornFiles({ files }: Run, windows: readonly Window[]): Finding[] {
  return files.flatMap(({ time, until, version, broken }) => {
    if (broken === null || windows.some((window) => window.from <= until && time <= window.to)) return [];
    return {
      guarantee: 'G1',
      kind: 'torn-file',
      sentence: `a foreign reader opened the file at ${inMs(time)}: ${broken}`,
      operations: [],
      from: time,
      to: until,
      versions: { goneIn: version },
      mechanism: 'torn read',
    };
  });
}

function action({ action, key }: Operation): string {
  return key === undefined ? action : `${action} "${key}"`;
}
