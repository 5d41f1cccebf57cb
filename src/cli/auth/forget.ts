import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { normalizeKey } from '../../credentials/keys.js';
import { isOpaque } from '../../credentials/schema.js';
import { type ForgottenIn, forgetAll, forgetEntries } from '../../store/file/doctor/forget.js';
import { inspectFile } from '../../store/file/doctor/inspect.js';
import { currentEntries } from '../../store/file/doctor/recoverable.js';
import { UsageError } from '../usage-error.js';
import { meaning } from './leftovers.js';
import { note, printJson, shown } from './output.js';
import { type FileFlags, fileOf, noSuchEntry, subcommand, warnOfOverride } from './source.js';

interface ForgetFlags extends FileFlags {
  all?: boolean;
  yes?: boolean;
}

export function addForget(auth: Command): void {
  subcommand(auth, 'forget', 'remove an entry from the file, its copy, and every damaged state that was kept')
    .argument('[provider]', 'name of the entry; those that differ only in trailing slashes are removed, too')
    .option('--all', 'remove the file, and all that is kept beside it')
    .option('--yes', 'with --all: do not ask')
    .addHelpText(
      'after',
      `
While "remove" removes an entry from the file, "forget" also removes it from the damaged states that were kept
(auth.json.corrupt-...). The unreadable part of such a state is dropped, because it may hold the entry; its other entries stay, in
a readable document in its place. The command prints what was dropped and what was kept.

Free blocks of the disk, snapshots and backups may still have the secret. If another person may have seen it, have the provider
revoke it.

Exit code 4 if there is no such entry anywhere; then nothing was changed.

Examples:
  holdfast auth forget anthropic
  holdfast auth forget anthropic --json
  holdfast auth forget --all                                asks first
  holdfast auth forget --all --yes`,
    )
    .action(forget);
}

async function forget(provider: string | undefined, flags: ForgetFlags): Promise<void> {
  if ((provider === undefined) !== (flags.all === true)) {
    throw new UsageError('expected either the name of a provider or --all', 'nothing was changed');
  }
  const file = fileOf(flags);
  if (provider === undefined) await forgetEverything(file, flags);
  else await forgetOne(file, provider, flags);
  warnOfOverride(flags);
}

async function forgetOne(file: string, provider: string, flags: FileFlags): Promise<void> {
  const { isMeant, text } = meaning(normalizeKey(provider));
  const done = await forgetEntries(file, isMeant, text, optionsOf(flags));
  if (done === undefined) throw noSuchEntry(provider, [...currentEntries(file, flags).keys()], file);
  if (done.fromFile.length > 0) note(`forgot ${done.fromFile.map(shown).join(', ')} in ${file} and its copy`);
  for (const kept of done.fromKept) note(toText(kept));
  for (const name of done.left)
    note(`left ${shown(name)}: it is no plain file, and was not kept by Holdfast`);
  if (flags.json) printJson(done);
}

function optionsOf({ allowUnsafe = false }: FileFlags) {
  return { allowUnsafe, isOpaque };
}

function toText({ name, forgotten, kept, droppedBytes }: ForgottenIn): string {
  const what = forgotten.length > 0 ? [`forgot ${forgotten.map(shown).join(', ')}`] : [];
  const damage =
    droppedBytes > 0
      ? [`dropped ${droppedBytes} bytes that could not be read or were comments, and may have held it`]
      : [];
  const rest =
    kept.length > 0 ? `kept ${kept.map(shown).join(', ')}` : 'removed it, because nothing is left in it';
  return `${shown(name)}: ${[...what, ...damage, rest].join('; ')}`;
}

async function forgetEverything(file: string, flags: ForgetFlags): Promise<void> {
  const { content, copy, quarantined } = inspectFile(file);
  const kept = quarantined.filter(({ found }) => found === undefined);
  if (content.kind === 'missing' && copy.state === 'missing' && kept.length === 0) {
    note(`nothing is stored in ${file}`);
    if (flags.json) printJson({ removed: [], left: [] });
    return;
  }
  if (!flags.yes && !(await isConfirmed(file, kept.length))) {
    throw new UsageError('not confirmed', 'nothing was removed');
  }
  const done = await forgetAll(file, optionsOf(flags));
  note(`removed ${done.removed.map(shown).join(', ')}`);
  for (const name of done.left)
    note(`left ${shown(name)}: it is no plain file, and was not kept by Holdfast`);
  if (flags.json) printJson(done);
}

async function isConfirmed(file: string, kept: number): Promise<boolean> {
  if (!process.stdin.isTTY) {
    const hint = 'give --yes to remove all of it; nothing was removed';
    throw new UsageError('--all asks first, and stdin is not a terminal', hint);
  }
  const editor = createInterface({ input: process.stdin, output: process.stderr, terminal: true });
  const states = kept === 1 ? '1 damaged state' : `${kept} damaged states`;
  try {
    const question = `Remove ${file}, its copy and ${states} of it? They can't be restored. Type yes: `;
    return (await editor.question(question)).trim().toLowerCase() === 'yes';
  } catch {
    // Interrupted, or the terminal went away: that is no yes.
    return false;
  } finally {
    editor.close();
  }
}
