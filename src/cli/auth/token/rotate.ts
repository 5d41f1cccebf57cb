import type { Command } from 'commander';
import { readDuration } from '../../../duration.js';
import { graceMsMax } from '../../../tokens/expiry.js';
import type { ListedToken } from '../../../tokens/tokens.js';
import { addressOf } from '../../engine.js';
import { UsageError } from '../../usage-error.js';
import { deliver, undoRotation } from './deliver.js';
import { expiryOf, humanEnd, makingSubcommand, type NewTokenFlags, nameOf } from './source.js';

interface RotateFlags extends NewTokenFlags {
  grace?: string;
}

export function addRotate(token: Command): void {
  makingSubcommand(
    token,
    'rotate',
    'replace a token by a new one; the old one is accepted for some more time',
  )
    .argument('<id>', 'id of the token, an unambiguous beginning of it, or the token itself')
    .option(
      '--grace <duration>',
      'how long the old token is still accepted: 0, 30m, 12h, up to 24h; default: 1h',
    )
    .option(
      '--expires <when>',
      'expiry of the new token, as in create; default: the whole life of the old one',
    )
    .addHelpText(
      'after',
      `
The new token has the same name and permissions. The old one never outlives its own expiry. If another person may know the old
token, give --grace 0. If the new token can't be written, it is deleted again, and the old one lives as long as before.

Examples:
  holdfast auth token rotate k3Tq --grace 12h --out new-token
  TOKEN=$(holdfast auth token rotate k3Tq --quiet)`,
    )
    .action(rotate);
}

async function rotate(which: string, flags: RotateFlags): Promise<void> {
  const graceMs = flags.grace === undefined ? undefined : parseGrace(flags.grace);
  let before: ListedToken[] = [];
  await deliver(flags, {
    make: async (tokens, now) => {
      before = await tokens.list();
      return tokens.rotate(which, { graceMs, ...expiryOf(flags, now) });
    },
    notes: ({ info, old }, file, now) => {
      const isOver = old.expiresAt !== null && old.expiresAt <= now;
      const ends = isOver
        ? 'is refused from now on'
        : `is accepted until it expires, ${humanEnd(old.expiresAt, now)}`;
      return [`created ${nameOf(info)} in ${file}, in place of ${old.id}, which ${ends}`];
    },
    extra: ({ old }) => ({ replaces: { id: old.id, expiresAt: old.expiresAt } }),
    undo: async (made, tokens, file) => {
      if (addressOf(flags) !== undefined) {
        await tokens.delete(made.info.id);
        return `it was deleted again, and ${made.old.id} ends all the same: make another`;
      }
      return undoRotation(
        file,
        flags,
        made,
        before.find(({ id }) => id === made.old.id),
      );
    },
  });
}

function parseGrace(text: string): number {
  const graceMs = text === '0' ? 0 : readDuration(text);
  if (graceMs !== undefined && graceMs <= graceMsMax) return graceMs;
  throw new UsageError(
    `--grace is ${JSON.stringify(text)}`,
    'expected 0 or a duration like 30m or 12h, up to 24h; nothing was written',
  );
}
