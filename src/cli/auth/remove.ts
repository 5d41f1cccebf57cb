import type { Command } from 'commander';
import { normalizeKey, trimSlashes } from '../../credentials/keys.js';
import { addressOf } from '../engine.js';
import { NothingMatchedError } from '../usage-error.js';
import { leftoversOf } from './leftovers.js';
import { note, printJson, shown } from './output.js';
import {
  type FileFlags,
  noSuchEntry,
  storeOf,
  storeSubcommand,
  warnOfOverride,
  withStore,
} from './source.js';

export function addRemove(auth: Command): void {
  storeSubcommand(auth, 'remove', 'remove an entry')
    .aliases(['logout', 'rm'])
    .argument('<provider>', 'name of the entry; those that differ only in trailing slashes are removed, too')
    .addHelpText(
      'after',
      `
Exit code 4 if there is no such entry; then nothing was changed.

A damaged state that was kept beside the file may still hold the entry. The command names such a state, and "holdfast auth
forget" removes the entry from it.

Examples:
  holdfast auth remove anthropic`,
    )
    .action(remove);
}

async function remove(provider: string, flags: FileFlags): Promise<void> {
  const name = normalizeKey(provider);
  const file = await storeOf(flags);
  let removed: string[] = [];
  let names: string[] = [];
  await withStore(file, flags, (store) =>
    store.transaction((entries) => {
      names = entries.keys();
      removed = names.filter((key) => trimSlashes(key) === name);
      for (const key of removed) entries.remove(key);
    }),
  );
  const leftovers = addressOf(flags) === undefined ? leftoversOf(file, name, flags) : undefined;
  if (removed.length === 0) {
    const missing = noSuchEntry(provider, names, file);
    throw leftovers ? new NothingMatchedError(`${missing.message}; ${leftovers.says}`) : missing;
  }
  note(`removed ${removed.map(shown).join(', ')} from ${file}`);
  if (leftovers) note(leftovers.says);
  warnOfOverride(flags);
  if (flags.json) printJson({ removed, alsoIn: leftovers?.names });
}
