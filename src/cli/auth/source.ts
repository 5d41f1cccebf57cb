import path from 'node:path';
import type { Command } from 'commander';
import { trimSlashes } from '../../credentials/keys.js';
import { authFile, contentOverride, warningOfRelative } from '../../credentials/location.js';
import { decode, isOpaque } from '../../credentials/schema.js';
import type { StoreEvent } from '../../store/backend/backend.js';
import { openStore, type Store } from '../../store/store.js';
import { closest } from '../closest.js';
import { addressOf, loadEngine, type PlaceFlags, refuseStore, storeHelp } from '../engine.js';
import { looksSecret } from '../masking.js';
import { insist } from '../unsafe.js';
import { NothingMatchedError } from '../usage-error.js';
import { actAsOwner } from './act-as-owner.js';
import { note, shown } from './output.js';
import { plainFile } from './place.js';

/** The options of every subcommand. */
export interface FileFlags extends PlaceFlags {
  json?: boolean;
  allowUnsafe?: boolean;
}

export function subcommand(auth: Command, usage: string, description: string): Command {
  return auth
    .command(usage)
    .description(description)
    .option('--file <path>', "the credential file; default: the agent's own")
    .option('--json', 'as JSON')
    .option('--allow-unsafe', insist)
    .hook('preAction', (command) => {
      const flags = command.opts<FileFlags>();
      if (addressOf(flags) === undefined) actAsOwner(() => placeOf(flags));
    });
}

/** A subcommand that works on an engine, too. */
export function storeSubcommand(auth: Command, usage: string, description: string): Command {
  return subcommand(auth, usage, description).option('--store <address>', storeHelp);
}

/** Prints no warning, and looks at no file. */
function placeOf({ file }: FileFlags): string {
  return path.resolve(file ?? authFile(process.env));
}

/** @throws UsageError where HOLDFAST_STORE names a store that is no file */
export function fileOf(flags: FileFlags): string {
  refuseStore(flags);
  return flags.file === undefined ? agentsFile() : plainFile(flags.file, 'a credential file');
}

/** Returns the file, or the address of an engine, which can be opened then. */
export async function storeOf(flags: FileFlags): Promise<string> {
  const address = addressOf(flags);
  if (address === undefined) return fileOf(flags);
  await loadEngine(address);
  return address;
}

/** Returns the path of the agent's own file, and prints the warning about a relative one once. */
export function agentsFile(): string {
  const file = authFile(process.env);
  const warning = warningOfRelative(file);
  if (warning !== undefined && !warned) note(shown(warning));
  warned = true;
  return path.resolve(file);
}

let warned = false;

/** Opens the store, a file or an engine, for one use, and prints what it had to repair. */
export async function withStore<T>(
  file: string,
  { allowUnsafe = false }: FileFlags,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = openStore(file, { allowUnsafe, isOpaque, onEvent: printEvent });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

export function printEvent(event: StoreEvent): void {
  if (event.type === 'recovered') {
    note(`${event.file} was unusable (${event.reason}); its last committed state was put back,`);
    note(`and what it held is kept in ${event.quarantine}: see holdfast auth restore`);
  }
  if (event.type === 'merged') {
    note(
      `another program wrote ${event.file} from an old state; put back: ${event.putBack.map(shown).join(', ')}`,
    );
  }
  if ((event.type === 'merged' || event.type === 'adopted') && event.generation) {
    note(`another program has removed several entries of ${event.file}; the state before is kept in`);
    note(`${event.generation}: see holdfast auth restore`);
  }
  if (event.type === 'doubled') {
    note(
      `${event.file} had more than one entry named ${event.keys.map(shown).join(', ')}; the last one counts,`,
    );
    note(`and the file with all of them is kept in ${event.quarantine}: see holdfast auth restore`);
  }
  if (event.type === 'unreadable') {
    note(`the last use of tokens is unknown: ${shown(event.file)} can't be read: ${event.reason}`);
  }
  if (event.type === 'degraded') note(`${event.file} does not answer: ${event.reason}`);
  if (event.type === 'resumed')
    note(`${event.file} answers again, after ${Math.ceil(event.afterMs / 1000)} s`);
  if (event.type === 'moved') note(`${event.to} answers for ${event.file} now, in place of ${event.from}`);
}

const variable = 'OPENCODE_AUTH_CONTENT';

/** Returns the entries of the file that --file names, else those in the environment, else those of the agent's file. */
export async function readEntries(
  flags: FileFlags,
): Promise<{ entries: Record<string, unknown>; source: string }> {
  const override =
    flags.file === undefined && addressOf(flags) === undefined ? contentOverride(process.env) : undefined;
  if (override) {
    // The agent's file need not be known, and without a home directory it can't be.
    note(`read from the variable ${variable}, not from the agent's file`);
    return { entries: override, source: `the variable ${variable}` };
  }
  const file = await storeOf(flags);
  return { entries: await withStore(file, flags, (store) => store.all()), source: file };
}

/** A change goes to the file; a program that reads the variable will not see it. */
export function warnOfOverride(flags: FileFlags): void {
  if (flags.file !== undefined || addressOf(flags) !== undefined || !process.env[variable]) return;
  note(`${variable} is set: programs that read it do not see this change of ${fileOf(flags)}`);
}

/** Returns the name of the entry for a provider: a credential before any other entry, then the exact name before its variants. */
export function nameOf(entries: Record<string, unknown>, provider: string): string | undefined {
  const name = trimSlashes(provider);
  const names = [provider, name, `${name}/`].filter((key) => Object.hasOwn(entries, key));
  return names.find((key) => decode(entries[key])) ?? names[0];
}

export function noSuchEntry(provider: string, names: readonly string[], source: string): NothingMatchedError {
  // A name in the file that is a secret by mistake is no hint.
  const hint = closest(provider, names.filter((name) => !looksSecret(name)).map(shown));
  return new NothingMatchedError(`there is no "${shown(provider)}" in ${source}${hint}`);
}
