import type { Finding } from '../core/verdict.js';
import type { CanaryEntry, ValueId } from '../history/events.js';
import type { Run } from '../history/run.js';
import { inMs } from '../history/words.js';

/** G11: nothing outside is touched, and nothing that lies there is taken for the store's own, whatever links are planted. */
export function checkSurroundings(run: Run): Finding[] {
  const { canary } = run;
  if (!canary) return [];
  return [...followedLinks(run, canary.entries), ...disclosures(run, canary.value)];
}

/** What the canary was found to be, each time it was looked at and had changed. */
interface Look {
  entries: readonly CanaryEntry[];
  /** What stood in the target's way. Undefined for the end of the run. */
  planted: string | undefined;
  /** When it can have happened. */
  from: number;
  to: number;
}

function followedLinks(run: Run, before: readonly CanaryEntry[]): Finding[] {
  let last = before;
  return looks(run).flatMap(({ entries, planted, from, to }) => {
    const changes = differences(last, entries);
    last = entries;
    const when =
      planted === undefined
        ? `between ${inMs(from)} and the end of the run`
        : `between ${inMs(from)} and ${inMs(to)}, with ${planted}`;
    return changes.map(
      (change): Finding => ({
        guarantee: 'G11',
        kind: 'followed-link',
        sentence: `outside the store's directory, ${change} ${when}`,
        operations: [],
        from,
        to,
      }),
    );
  });
}

function looks({ faults, final }: Run): Look[] {
  const plants = faults.filter(({ fault }) => fault === 'plant').toSorted((a, b) => a.time - b.time);
  // Each plant ends with a look, which is on record only if it found something new.
  let from = 0;
  const found: Look[] = [];
  for (const { phase, time: to, detail, canary } of plants) {
    if (phase === 'begin') continue;
    if (canary) found.push({ entries: canary, planted: detail, from, to });
    from = to;
  }
  if (!final) return found;
  if (!final.canary) throw new Error('the end of the run does not say what has become of the canary');
  return [...found, { entries: final.canary, planted: undefined, from, to: final.time }];
}

/** `notes.txt was removed`, one for each entry; a directory whose entries tell it all is not named besides. */
function differences(before: readonly CanaryEntry[], after: readonly CanaryEntry[]): string[] {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const names = new Set(after.map(({ name }) => name));
  const created = after.filter(({ name }) => !old.has(name));
  const removed = before.filter(({ name }) => !names.has(name));
  const moved = new Set([...created, ...removed].map(({ name }) => parentOf(name)));
  const changed = after.flatMap((entry) => {
    const was = old.get(entry.name);
    const what = was && describeChange(was, entry);
    return what === undefined || (what === touched && moved.has(entry.name)) ? [] : `${entry.name} ${what}`;
  });
  return [
    ...created.map(({ name }) => `${name} was created`),
    ...removed.map(({ name }) => `${name} was removed`),
    ...changed,
  ];
}

const touched = 'was touched: something came and went in it, or its mode, owner or times were set';

function describeChange(was: CanaryEntry, is: CanaryEntry): string | undefined {
  if (was.kind !== is.kind) return `was replaced: a ${was.kind} before, now a ${is.kind}`;
  if (was.owner !== is.owner) return `was given away: from ${was.owner} to ${is.owner}`;
  if (was.mode !== is.mode) return `had its mode changed: from ${was.mode} to ${is.mode}`;
  if (was.size !== is.size || was.hash !== is.hash)
    return `was overwritten: ${was.size} bytes before, now ${is.size}`;
  return was.modified === is.modified && was.changed === is.changed ? undefined : touched;
}

function parentOf(name: string): string {
  return name.split(/[\\/]/).slice(0, -1).join('/') || '.';
}

function disclosures({ operations, files, final }: Run, secret: ValueId): Finding[] {
  const holds = (values: Readonly<Record<string, ValueId | null | undefined>>) =>
    Object.keys(values).find((key) => values[key] === secret);
  const disclosed = (
    what: string,
    key: string | undefined,
    from: number,
    to: number,
    ids: string[] = [],
  ) => ({
    ...({ guarantee: 'G11', kind: 'disclosed' } as const),
    sentence: `a credential from outside the store's directory ${what}`,
    ...(key === undefined ? {} : { key }),
    operations: ids,
    from,
    to,
  });

  const read = operations.flatMap(({ id, key, result, error, begin, end }): Finding[] => {
    const found =
      typeof result === 'object' && result !== null ? holds(result) : holds({ [key ?? '']: result });
    if (found !== undefined)
      return [disclosed(`was read by ${id} at ${inMs(begin)}`, found, begin, end, [id])];
    if (!error?.includes(secret)) return [];
    const to = Number.isFinite(end) ? end : begin;
    return [disclosed(`stands in the error of ${id} (at ${inMs(begin)})`, key, begin, to, [id])];
  });
  const written = files.flatMap(({ set, time, until }): Finding[] => {
    const found = holds(set);
    return found === undefined ? [] : [disclosed(`stood in the file at ${inMs(time)}`, found, time, until)];
  });
  const left = final && holds(final.entries);
  if (!final || left === undefined) return [...read, ...written];
  return [
    ...read,
    ...written,
    disclosed('stands in the file at the end of the run', left, final.time, final.time),
  ];
}
