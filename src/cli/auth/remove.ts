import type { Command } from 'commander';
import { normalizeKey, trimSlashes } from '../../credentials/keys.js';
import { NothingMatchedError } from '../usage-error.js';
import { leftoversOf } from './leftovers.js';
import { note, printJson, shown } from './output.js';
import { type Flags, fileOf, noSuchEntry, subcommand, warnOfOverride, withStore } from './source.js';

export function addRemove(auth: Command): void {
  subcommand(auth, 'remove', 'remove an entry')
    .argument('<provider>', 'its name; all that differ from it in trailing slashes alone go, too')
    .addHelpText(
      'after',
      `
Exit code 4 if there is no such entry; then nothing was changed.

What was kept when the file was found damaged may still hold it. The command names it, and "holdfast auth forget" removes the
entry there, too.

Examples:
  holdfast auth remove anthropic`,
    )
    .action(remove);
}

async function remove(provider: string, flags: Flags): Promise<void> {
  const name = normalizeKey(provider);
  const file = fileOf(flags);
  let removed: string[] = [];
  let names: string[] = [];
  await withStore(file, flags, (store) =>
    store.transaction((entries) => {
      names = entries.keys();
      removed = names.filter((key) => trimSlashes(key) === name);
      for (const key of removed) entries.remove(key);
    }),
  );
  const leftovers = leftoversOf(file, name, flags);
  if (removed.length === 0) {
    const missing = noSuchEntry(provider, names, file);
    throw leftovers ? new NothingMatchedError(`${missing.message}; ${leftovers.says}`) : missing;
  }
  note(`removed ${removed.map(shown).join(', ')} from ${file}`);
  if (leftovers) note(leftovers.says);
  warnOfOverride(flags);
  if (flags.json) printJson({ removed, alsoIn: leftovers?.names });
}
