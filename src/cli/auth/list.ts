import { type Command, Option } from 'commander';
import { maskEntry, maskSecret } from '../../credentials/mask.js';
import { decode } from '../../credentials/schema.js';
import { note, paint, print, printJson, shown, table } from './output.js';
import { type FileFlags, readEntries, storeSubcommand } from './source.js';
import { humanExpiry, isExpired, nowMs } from './time.js';

interface ListFlags extends FileFlags {
  reveal?: boolean;
  /** The name of `reveal` before. */
  showSecrets?: boolean;
}

export function addList(auth: Command): void {
  storeSubcommand(auth, 'list', 'list all entries, with their secrets masked')
    .aliases(['ls'])
    .option('--reveal', 'print secrets in full')
    .addOption(new Option('--show-secrets', 'the same').hideHelp())
    .addHelpText(
      'after',
      `
An entry that is not a credential, of a newer version or another program say, is listed as "unknown type".
If OPENCODE_AUTH_CONTENT is set, it is read instead of the agent's file; a file that --file names is always read.

Examples:
  holdfast auth list
  holdfast auth list --json | jq -r '.[] | select(.expired) | .provider'`,
    )
    .action(list);
}

async function list(flags: ListFlags): Promise<void> {
  const { entries, source } = await readEntries(flags);
  const showSecrets = flags.reveal === true || flags.showSecrets === true;
  const all = Object.entries(entries);
  if (all.length === 0) note(`no credentials in ${source}`);
  if (flags.json) printJson(all.map(([provider, entry]) => describe(provider, entry, showSecrets)));
  else if (all.length > 0) print(toTable(all, showSecrets));
}

/** Returns an entry in the form of --json. */
export function describe(provider: string, entry: unknown, showSecrets: boolean) {
  const info = decode(entry);
  return {
    provider,
    type: info?.type ?? 'unknown',
    ...(info?.type === 'oauth' ? { expires: info.expires, expired: isExpired(info.expires, nowMs()) } : {}),
    credential: showSecrets ? entry : maskEntry(entry),
  };
}

function toTable(all: [string, unknown][], showSecrets: boolean): string {
  const rows = all.map(([provider, entry]) => [shown(provider), ...columnsOf(entry, showSecrets)]);
  const [header = '', ...lines] = table([['provider', 'type', 'what', 'expires'], ...rows], {
    isFitted: !showSecrets,
  }).split('\n');
  return [paint('bold', header), ...lines].join('\n');
}

function columnsOf(entry: unknown, showSecrets: boolean): [type: string, what: string, expires: string] {
  const secret = (text: string) => (showSecrets ? shown(text) : maskSecret(text));
  const info = decode(entry);
  switch (info?.type) {
    case 'oauth':
      return ['oauth', `access ${secret(info.access)}`, humanExpiry(info.expires, nowMs())];
    case 'api': {
      const more = Object.keys(info.metadata ?? {}).length;
      return ['api', `key ${secret(info.key)}${more > 0 ? `, ${more} metadata` : ''}`, '-'];
    }
    case 'wellknown':
      return ['wellknown', `${shown(info.key)} ${secret(info.token)}`, '-'];
    default:
      return ['unknown type', showSecrets ? shown(JSON.stringify(entry)) : shapeOf(entry), '-'];
  }
}

function shapeOf(entry: unknown): string {
  if (Array.isArray(entry)) return `a list of ${entry.length}`;
  if (typeof entry !== 'object' || entry === null) return entry === null ? 'null' : `a ${typeof entry}`;
  const count = Object.keys(entry).length;
  return `an object of ${count} ${count === 1 ? 'field' : 'fields'}`;
}
