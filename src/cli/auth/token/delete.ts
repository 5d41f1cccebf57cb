import type { Command } from 'commander';
import { note, printJson } from '../output.js';
import { subcommand, type TokenFlags, withTokens } from './source.js';

export function addDelete(token: Command): void {
  subcommand(token, 'delete', 'delete a token: as soon as this returns, every process refuses it')
    .aliases(['rm', 'revoke'])
    .argument('<id>', 'id of the token, an unambiguous beginning of it, or the token itself')
    .addHelpText(
      'after',
      `
Exit code 4 if no token matches, or more than one; then nothing was changed.

Files that are kept beside the token file may still have the hash. No token can be made from it.

Examples:
  holdfast auth token delete k3Tq9ZbA
  holdfast auth token delete k3`,
    )
    .action(remove);
}

async function remove(which: string, flags: TokenFlags): Promise<void> {
  await withTokens(flags, async (tokens, file) => {
    const deleted = await tokens.delete(which);
    note(`deleted ${deleted} from ${file}: every process refuses it from now on`);
    if (flags.json) printJson({ deleted });
  });
}
