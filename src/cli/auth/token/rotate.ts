import type { Command } from 'commander';
import { graceMsMax, parseDuration } from '../../../tokens/expiry.js';
import type { ListedToken } from '../../../tokens/tokens.js';
import { UsageError } from '../../usage-error.js';
import { deliver, undoRotation } from './deliver.js';
import { expiryOf, humanEnd, makingSubcommand, type NewTokenFlags, nameOf } from './source.js';

interface RotateFlags extends NewTokenFlags {
  grace?: string;
}

export function addRotate(token: Command): void {
  makingSubcommand(token, 'rotate', 'make a token in place of another, which is accepted for some time yet')
    .argument('<id>', 'its id, the beginning of it if no other begins so, or the token itself')
    .option(
      '--grace <duration>',
      'how long the old one is accepted: 0, or like 30m, 12h, up to 24h; default: 1h',
    )
    .option('--expires <when>', 'of the new one, as of create; default: as long as the old one was to live')
    .addHelpText(
      'after',
      `
The new one has the same name and permissions. The old one never outlives its own expiry. Of one that somebody else knows,
give --grace 0, or delete it. If the new one can't be written it is deleted again, and the old one is good for as long as before.

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
    undo: (made, _, file) =>
      undoRotation(
        file,
        flags,
        made,
        before.find(({ id }) => id === made.old.id),
      ),
  });
}

function parseGrace(text: string): number {
  const graceMs = text === '0' ? 0 : parseDuration(text);
  if (graceMs !== undefined && graceMs <= graceMsMax) return graceMs;
  throw new UsageError(
    `--grace is ${JSON.stringify(text)}`,
    'expected 0 or a duration like 30m or 12h, up to 24h; nothing was written',
  );
}
