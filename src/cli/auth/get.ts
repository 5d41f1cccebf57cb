import { type Command, Option } from 'commander';
import { maskEntry } from '../../credentials/mask.js';
import { decode } from '../../credentials/schema.js';
import { NothingMatchedError } from '../usage-error.js';
import { describe } from './list.js';
import { print, printJson, shown, table } from './output.js';
import { type FileFlags, nameOf, noSuchEntry, readEntries, storeSubcommand } from './source.js';
import { humanExpiry, nowMs } from './time.js';

interface GetFlags extends FileFlags {
  reveal?: boolean;
  /** The name of `reveal` before. */
  showSecrets?: boolean;
  field?: string;
}

export function addGet(auth: Command): void {
  storeSubcommand(auth, 'get', 'print one entry, with its secrets masked')
    .argument('<provider>', 'name of the entry; trailing slashes make no difference')
    .option('--reveal', 'print secrets in full')
    .addOption(new Option('--show-secrets', 'the same').hideHelp())
    .option(
      '--field <name>',
      'print the value of one field in full, and nothing else: access, key, token, ...',
    )
    .addHelpText(
      'after',
      `
Examples:
  holdfast auth get anthropic
  ANTHROPIC_API_KEY=$(holdfast auth get anthropic --field key) my-tool
  holdfast auth get anthropic --reveal --json | jq .credential

Exit code 4 if there is no such entry, or no such field.`,
    )
    .action(get);
}

async function get(provider: string, flags: GetFlags): Promise<void> {
  const { entries, source } = await readEntries(flags);
  const name = nameOf(entries, provider);
  if (name === undefined) throw noSuchEntry(provider, Object.keys(entries), source);
  const entry = entries[name];
  const showSecrets = flags.reveal === true || flags.showSecrets === true;
  if (flags.field !== undefined) printField(name, entry, flags.field, flags.json === true);
  else if (flags.json) printJson(describe(name, entry, showSecrets));
  else print(toText(name, entry, showSecrets));
}

function printField(name: string, entry: unknown, field: string, json: boolean): void {
  const fields = typeof entry === 'object' && entry !== null ? new Map(Object.entries(entry)) : new Map();
  if (!fields.has(field)) {
    const there = [...fields.keys()].map(shown).join(', ');
    throw new NothingMatchedError(
      `"${shown(name)}" has no field "${shown(field)}"; ${there ? `its fields are ${there}` : 'it has no fields'}`,
    );
  }
  const value: unknown = fields.get(field);
  print(typeof value === 'string' && !json ? value : JSON.stringify(value));
}

function toText(name: string, entry: unknown, showSecrets: boolean): string {
  const info = decode(entry);
  const value = showSecrets ? entry : maskEntry(entry);
  const head = [
    ['provider', shown(name)],
    ['type', info?.type ?? 'unknown type'],
  ];
  if (typeof value !== 'object' || value === null)
    return table([...head, ['value', textOf(value)]], { isFitted: false });
  const rows = Object.entries(value)
    .filter(([field]) => !info || field !== 'type')
    .map(([field, inner]) => [
      shown(field),
      info?.type === 'oauth' && field === 'expires'
        ? `${textOf(inner)} (${humanExpiry(info.expires, nowMs())})`
        : textOf(inner),
    ]);
  return table([...head, ...rows], { isFitted: false });
}

function textOf(value: unknown): string {
  return shown(typeof value === 'string' ? value : JSON.stringify(value));
}
