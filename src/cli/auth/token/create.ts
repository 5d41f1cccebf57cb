import type { Command } from 'commander';
import type { Permission } from '../../../tokens/permissions.js';
import {
  expiryOf,
  humanEnd,
  type NewTokenFlags,
  nameOf,
  parsePermissions,
  subcommand,
  tellNew,
  withTokens,
} from './source.js';

interface CreateFlags extends NewTokenFlags {
  name?: string;
  permissions?: Permission[];
}

export function addCreate(token: Command): void {
  subcommand(token, 'create', 'make a token, and print it: this once')
    .option('--name <name>', 'for people, in lists')
    .option('--permissions <list>', 'of read,write,execute; default: all three', parsePermissions)
    .option('--expires <when>', '30m, 12h, 90d, 4w, 1y, a date, a time with its zone, or never; default: 90d')
    .option('--quiet', 'print the token and nothing else')
    .addHelpText(
      'after',
      `
read: GET and HEAD. write: POST, PUT, PATCH and DELETE. execute: whatever runs code (/pty, /session, /message, WebSockets).
A date alone means the beginning of that day in UTC.

Examples:
  holdfast auth token create
  holdfast auth token create --name ci --permissions read,write --expires 2027-01-31
  TOKEN=$(holdfast auth token create --quiet --expires 12h)`,
    )
    .action(create);
}

async function create(flags: CreateFlags): Promise<void> {
  const { name, permissions } = flags;
  await withTokens(flags, async (tokens, file, now) => {
    const made = await tokens.create({ name, permissions, ...expiryOf(flags, now) });
    const { info } = made;
    const end = info.expiresAt === null ? 'never expires' : `expires ${humanEnd(info.expiresAt, now)}`;
    tellNew(made, flags, [`created ${nameOf(info)}: ${info.permissions.join(', ')}; ${end}, in ${file}`]);
  });
}
