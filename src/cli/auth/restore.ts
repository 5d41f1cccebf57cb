import type { Command } from 'commander';
import { closest } from '../../../harness/core/closest.js';
import { NothingMatchedError, UsageError } from '../../../harness/core/usage-error.js';
import { trimSlashes } from '../../credentials/keys.js';
import { listRecoverable, putBack, type Recoverable, restoreEntries } from '../../store/store.js';
import { parseNames } from '../parse.js';
import { note, print, printJson, shown } from './output.js';
import { type Flags, fileOf, noSuchEntry, subcommand, tellEvent, warnOfOverride } from './source.js';
import { ago, nowMs } from './time.js';

interface RestoreFlags extends Flags {
  from?: string;
  key?: string[];
  overwrite?: boolean;
  dryRun?: boolean;
}

export function addRestore(auth: Command): void {
  subcommand(auth, 'restore', 'list what could be restored, or put entries back that are missing now')
    .option('--from <name>', 'where from: last, or corrupt-..., as listed')
    .option('--key <provider...>', 'only these; default: all that are missing', parseNames)
    .option('--overwrite', 'also replace what is there now')
    .option('--dry-run', 'only say what would be done')
    .addHelpText(
      'after',
      `
Without --from it lists the last-committed copy and every damaged state that was kept, and changes nothing. Of a file that
was cut or is damaged further on, the complete entries before that can be restored. What is put back is put back in one
commit, byte for byte; an entry that is there now stays as it is, unless --overwrite.

Examples:
  holdfast auth restore
  holdfast auth restore --from corrupt-3f2a --dry-run        the beginning of a name is enough
  holdfast auth restore --from last --key anthropic`,
    )
    .action(restore);
}

async function restore(flags: RestoreFlags): Promise<void> {
  const file = fileOf(flags);
  const { current, found } = listRecoverable(file, flags);
  if (flags.from === undefined) {
    if (flags.key || flags.overwrite || flags.dryRun) {
      throw new UsageError('--from is missing', 'holdfast auth restore alone lists what there is');
    }
    list(file, found, current, flags.json === true);
    return;
  }
  const source = pick(found, flags.from, file);
  const entries = chosen(source, flags.key);
  const options = { overwrite: flags.overwrite === true, normalize: trimSlashes };
  const { restored, kept } = flags.dryRun
    ? putBack(current, entries, options)
    : await restoreEntries(file, entries, {
        ...options,
        allowUnsafe: flags.allowUnsafe === true,
        onEvent: tellEvent,
      });

  const names = restored.map(shown).join(', ');
  if (restored.length === 0) note('nothing to restore: all of it is there');
  else note(`${flags.dryRun ? 'would restore' : 'restored'} ${names} from ${source.name} to ${file}`);
  if (kept.length > 0 && !flags.overwrite) note(`left as they are: ${kept.map(shown).join(', ')}`);
  if (restored.length > 0 && !flags.dryRun) warnOfOverride(flags);
  if (flags.json) printJson({ from: source.name, restored, kept, dryRun: flags.dryRun === true });
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

function chosen({ entries, name }: Recoverable, keys: string[] | undefined): ReadonlyMap<string, string> {
  if (!keys) return entries;
  return new Map(
    keys.map((key) => {
      const raw = entries.get(key);
      if (raw === undefined) throw noSuchEntry(key, [...entries.keys()], name);
      return [key, raw];
    }),
  );
}

function list(
  file: string,
  found: readonly Recoverable[],
  current: ReadonlyMap<string, string>,
  json: boolean,
): void {
  const there = new Set([...current.keys()].map(trimSlashes));
  const rows = found.map(({ entries, ...rest }) => ({
    ...rest,
    entries: [...entries.keys()],
    missingNow: [...entries.keys()].filter((key) => !there.has(trimSlashes(key))),
  }));
  if (json) printJson(rows);
  else for (const row of rows) print(toText(row));
  if (rows.length === 0) note(`there is nothing to restore beside ${file}`);
}

interface Row extends Omit<Recoverable, 'entries'> {
  entries: string[];
  missingNow: string[];
}

function toText({ name, changedMs, bytes, readableBytes, entries, missingNow }: Row): string {
  const count = `${entries.length} ${entries.length === 1 ? 'entry' : 'entries'}`;
  const readable =
    readableBytes === bytes
      ? `readable, ${count}`
      : `not readable as JSON: good up to byte ${readableBytes} of ${bytes}, ${count}`;
  const missing = missingNow.length > 0 ? missingNow.map(shown).join(', ') : 'nothing';
  return `${shown(name)}  ${ago(changedMs, nowMs())}  ${readable}\n  missing now: ${missing}`;
}
