import type { Command } from 'commander';
import type { Permission } from '../../../tokens/permissions.js';
import { UsageError } from '../../usage-error.js';
import { deliver } from './deliver.js';
import {
  expiryOf,
  humanEnd,
  makingSubcommand,
  type NewTokenFlags,
  nameOf,
  parsePermissions,
} from './source.js';

interface CreateFlags extends NewTokenFlags {
  name?: string;
  permissions?: Permission[];
}

export function addCreate(token: Command): void {
  makingSubcommand(token, 'create', 'make a token, and print it or write it to a file')
    .option('--name <name>', 'a label for people')
    .option('--permissions <list>', 'some of read,write,execute; default: all three', parsePermissions)
    .option('--expires <when>', '30m, 12h, 90d, 4w, 1y, a date, a time with its zone, or never; default: 90d')
    .addHelpText(
      'after',
      `
read: GET and HEAD. write: POST, PUT, PATCH and DELETE. execute: all that runs code (/pty, /session, /message, WebSockets).
A date alone means the beginning of that day in UTC.

With the usual umask a redirection (> token) makes a file that other users can read. --out makes a file of mode 600, and never
replaces one. If the token can't be written, it is deleted again.

Examples:
  holdfast auth token create --name laptop --out token
  printf 'Authorization: Bearer %s' "$(cat token)" | curl -H @- http://127.0.0.1:4096/auth
  holdfast auth token create --name ci --permissions read,write --expires 2027-01-31 --out ci-token
  TOKEN=$(holdfast auth token create --quiet --expires 12h)`,
    )
    // So that what is wrong can be said without repeating it: it may be a secret.
    .allowExcessArguments()
    .action(create);
}

async function create(flags: CreateFlags, { args }: Command): Promise<void> {
  if (args.length > 0) throw new UsageError('create takes no argument', 'a name is given by --name');
  const { name, permissions } = flags;
  await deliver(flags, {
    make: (tokens, now) => tokens.create({ name, permissions, ...expiryOf(flags, now) }),
    notes: ({ info }, file, now) => {
      const end = info.expiresAt === null ? 'never expires' : `expires ${humanEnd(info.expiresAt, now)}`;
      return [`created ${nameOf(info)}: ${info.permissions.join(', ')}; ${end}, in ${file}`];
    },
    undo: async ({ info }, tokens) => {
      await tokens.delete(info.id);
      return 'it was deleted again';
    },
  });
}
