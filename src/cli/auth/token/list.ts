import type { Command } from 'commander';
import type { ListedToken } from '../../../tokens/tokens.js';
import { note, paint, print, printJson, shown, table } from '../output.js';
import { ago } from '../time.js';
import { humanEnd, subcommand, type TokenFlags, withTokens } from './source.js';

export function addList(token: Command): void {
  subcommand(token, 'list', 'list all tokens, expired ones included; never a secret')
    .alias('ls')
    .addHelpText(
      'after',
      `
The last use of a token is noted once a minute, best effort. It is "unknown" where the notes can't be read, or were lost.

Examples:
  holdfast auth token list
  holdfast auth token list --json | jq -r '.[] | select(.state == "expired") | .id'`,
    )
    .action(list);
}

async function list(flags: TokenFlags): Promise<void> {
  await withTokens(flags, async (tokens, file, now) => {
    const all = await tokens.list();
    if (all.length === 0) note(`no tokens in ${file}; holdfast auth token create makes one`);
    if (flags.json) printJson(all);
    else if (all.length > 0) print(toTable(all, now));
  });
}

const columns = ['id', 'name', 'permissions', 'created', 'expires', 'last used'];

function toTable(all: readonly ListedToken[], now: number): string {
  const [header = '', ...lines] = table([columns, ...all.map((token) => rowOf(token, now))], {
    whole: ['id'],
  }).split('\n');
  return [paint('bold', header), ...lines].join('\n');
}

function rowOf(token: ListedToken, now: number): string[] {
  const used = usedAt(token.lastUsedAt, now);
  if (token.state === 'unusable') return [token.id, '-', 'refused: of another version', '-', '-', used];
  const { id, name, permissions, createdAt, expiresAt } = token;
  const named = name === undefined ? '-' : shown(name);
  return [id, named, permissions.join(','), ago(createdAt, now), humanEnd(expiresAt, now), used];
}

function usedAt(lastUse: ListedToken['lastUsedAt'], now: number): string {
  if (lastUse === 'unknown') return 'unknown';
  return lastUse === null ? 'never' : ago(lastUse, now);
}
