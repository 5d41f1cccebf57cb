import type { Command } from 'commander';
import { trimSlashes } from '../../credentials/keys.js';
import { isOpaque } from '../../credentials/schema.js';
import {
  listRecoverable,
  putBack,
  type Recoverable,
  restoreEntries,
} from '../../store/file/doctor/recoverable.js';
import { closest } from '../closest.js';
import { parseNames } from '../parse.js';
import { NothingMatchedError, UsageError } from '../usage-error.js';
import { bytes, entries } from './counts.js';
import { note, print, printJson, shown } from './output.js';
import { type FileFlags, fileOf, noSuchEntry, printEvent, subcommand, warnOfOverride } from './source.js';
import { ago, nowMs } from './time.js';

interface RestoreFlags extends FileFlags {
  from?: string;
  key?: string[];
  occurrence?: number;
  overwrite?: boolean;
  dryRun?: boolean;
}

export function addRestore(auth: Command): void {
  subcommand(auth, 'restore', 'list what can be restored, or put back entries that are missing')
    .option('--from <name>', 'the state to restore from: last, or corrupt-..., as listed')
    .option('--key <provider...>', 'the entries to restore; default: all that are missing', parseNames)
    .option(
      '--occurrence <n>',
      'which of several entries of one name: 1 is the first; default: the last',
      parseOccurrence,
    )
    .option('--overwrite', 'also replace entries that are there now')
    .option('--dry-run', 'only print what would be restored')
    .addHelpText(
      'after',
      `
Without --from it lists the last-committed copy and every damaged state that was kept, and changes nothing. Every whole entry of a
damaged file can be restored: it may have comments, extra commas, merge markers, a second document, or be UTF-16. Reading goes on
after a broken entry where the next one begins for certain. The command prints where it could not read; more may be there. All
entries are put back in one commit, byte for byte, without comments. An entry that is there now stays, unless you give --overwrite.

Examples:
  holdfast auth restore
  holdfast auth restore --from corrupt-3f2a --dry-run        the beginning of a name is enough
  holdfast auth restore --from last --key anthropic`,
    )
    .action(restore);
}

async function restore(flags: RestoreFlags): Promise<void> {
  const file = fileOf(flags);
  const { current, found, otherFormat } = listRecoverable(file, flags);
  if (otherFormat !== undefined)
    note(
      `${file} is a file of the format ${otherFormat}: restore reads JSON alone. A state that was kept of it is a whole copy; put it back yourself`,
    );
  if (flags.from === undefined) {
    if (flags.key || flags.overwrite || flags.dryRun || flags.occurrence) {
      throw new UsageError('--from is missing', 'holdfast auth restore alone lists what there is');
    }
    list(file, found, current, flags.json === true);
    return;
  }
  const source = pick(found, flags.from, file);
  const wanted = chosen(source, flags);
  const options = { overwrite: flags.overwrite === true, normalize: trimSlashes };
  const { restored, kept } = flags.dryRun
    ? putBack(current, wanted, options)
    : await restoreEntries(file, wanted, {
        ...options,
        allowUnsafe: flags.allowUnsafe === true,
        isOpaque,
        onEvent: printEvent,
      });

  const names = restored.map(shown).join(', ');
  if (restored.length > 0)
    note(`${flags.dryRun ? 'would restore' : 'restored'} ${names} from ${shown(source.name)} to ${file}`);
  else note(nothingToRestore(source, wanted, current));
  if (kept.length > 0 && !flags.overwrite) note(`left as they are: ${kept.map(shown).join(', ')}`);
  for (const line of remaining(source, flags)) note(line);
  if (restored.length > 0 && !flags.dryRun) warnOfOverride(flags);
  if (flags.json)
    printJson({
      from: source.name,
      restored,
      kept,
      dryRun: flags.dryRun === true,
      unread: source.unread,
    });
}

function pick(found: readonly Recoverable[], wanted: string, file: string): Recoverable {
  const exact = found.filter(({ name, place }) => name === wanted || place.endsWith(`/${wanted}`));
  const matches = exact.length > 0 ? exact : found.filter(({ name }) => name.startsWith(wanted));
  const [source, another] = matches;
  if (source && another) {
    const names = matches.map(({ name }) => shown(name)).join(', ');
    throw new UsageError(`--from ${wanted} could be any of ${names}`, 'expected one of them');
  }
  if (source) return source;
  const names = found.map(({ name }) => shown(name));
  const there = names.length > 0 ? `; there is ${names.join(', ')}` : '';
  throw new NothingMatchedError(
    `there is no "${shown(wanted)}" beside ${file}${closest(wanted, names)}${there}`,
  );
}

/** "All" means all that could be read. */
function nothingToRestore(source: Recoverable, wanted: Document, current: Document): string {
  if (wanted.size === 0) return `nothing to restore: no entry of ${shown(source.name)} could be read`;
  if ([...wanted].some(([key, raw]) => current.get(key) !== raw))
    return 'nothing to restore: each entry is there now; --overwrite replaces it by the earlier one';
  return source.unread.length > 0 || source.doubled.length > 0
    ? 'nothing to restore: all that could be read and was asked for is there'
    : 'nothing to restore: all of it is there';
}

/** What was not restored, and is in that state alone. */
function remaining(source: Recoverable, { key, occurrence }: RestoreFlags): string[] {
  const doubled = source.doubled.filter((name) => !key || key.includes(name));
  const which = `${doubled.map(shown).join(', ')}: in ${shown(source.name)} more than once, with different values`;
  return [
    ...(doubled.length > 0 && occurrence === undefined
      ? [`${which}; this was the last, --occurrence 1 is the first`]
      : []),
    ...(source.unread.length > 0 ? [unreadOf(source)] : []),
    ...(source.remarkBytes > 0 ? [remarksOf(source)] : []),
  ];
}

/** `70 of 127 bytes could not be read, and may hold more (line 2, column 1)` */
function unreadOf({ bytes: all, unread, place }: Pick<Recoverable, 'bytes' | 'unread' | 'place'>): string {
  const zeros = unread.reduce((sum, range) => sum + range.zeros, 0);
  const count = unread.reduce((sum, { from, to }) => sum + to - from, 0) - zeros;
  const first = unread.filter((range) => range.zeros < range.to - range.from);
  const places = first.slice(0, placesShown).map(({ line, column }) => `line ${line}, column ${column}`);
  const more = first.length > placesShown ? [`and ${first.length - placesShown} more places`] : [];
  const where = places.length > 0 ? ` (${[...places, ...more].join('; ')})` : '';
  return [
    ...(count > 0
      ? [`${count} of ${bytes(all)} could not be read, and may hold more${where}: look at ${place} yourself`]
      : []),
    ...(zeros > 0 ? [`${bytes(zeros)} are zeros: whatever stood there is lost`] : []),
  ].join('; ');
}

function remarksOf({ remarkBytes }: Pick<Recoverable, 'remarkBytes'>): string {
  return `${bytes(remarkBytes)} are comments or lines of a merge tool: what stands in these is no entry, and stays there`;
}

const placesShown = 3;

function parseOccurrence(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(
    `--occurrence ${shown(text)} is no number`,
    'expected 1 for the first, 2 for the second, ...',
  );
}

function chosen({ entries, all, name }: Recoverable, { key: keys, occurrence }: RestoreFlags): Document {
  const named = keys ?? [...entries.keys()];
  return new Map(
    named.map((key) => {
      const values = all.filter((entry) => entry.key === key);
      const last = values.at(-1);
      if (last === undefined) throw noSuchEntry(key, [...entries.keys()], name);
      const wanted = occurrence === undefined || values.length === 1 ? last : values[occurrence - 1];
      if (wanted) return [key, wanted.raw];
      const hint = `expected 1 to ${values.length}; nothing was changed`;
      throw new UsageError(`--occurrence ${occurrence}: ${shown(key)} is there ${values.length} times`, hint);
    }),
  );
}

type Document = ReadonlyMap<string, string>;

function list(file: string, found: readonly Recoverable[], current: Document, json: boolean): void {
  const there = new Set([...current.keys()].map(trimSlashes));
  const rows = found.map(({ entries, all: _, ...rest }) => ({
    ...rest,
    entries: [...entries.keys()],
    missingNow: [...entries.keys()].filter((key) => !there.has(trimSlashes(key))),
  }));
  if (json) printJson(rows);
  else for (const row of rows) print(toText(row));
  if (rows.length === 0) note(`there is nothing to restore beside ${file}`);
}

interface Row extends Omit<Recoverable, 'entries' | 'all'> {
  entries: string[];
  missingNow: string[];
}

function toText(row: Row): string {
  const { name, changedMs, entries: names, missingNow, doubled, unread } = row;
  const lines = [
    `${shown(name)}  ${ago(changedMs, nowMs())}  ${unread.length > 0 ? 'damaged' : 'readable'}, ${entries(names.length)}`,
  ];
  if (unread.length > 0) lines.push(unreadOf(row));
  if (row.remarkBytes > 0) lines.push(remarksOf(row));
  if (doubled.length > 0)
    lines.push(`more than once, with different values: ${doubled.map(shown).join(', ')}`);
  const missing = missingNow.length > 0 ? missingNow.map(shown).join(', ') : 'nothing';
  lines.push(`missing now${unread.length > 0 ? ', of what could be read' : ''}: ${missing}`);
  return lines.join('\n  ');
}
