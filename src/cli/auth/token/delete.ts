import type { Command } from 'commander';
import { note, printJson } from '../output.js';
import { type Flags, subcommand, withTokens } from './source.js';

export function addDelete(token: Command): void {
  subcommand(token, 'delete', 'delete a token: when this has returned, no process accepts it any more')
    .aliases(['rm', 'revoke'])
    .argument('<id>', 'its id, the beginning of it if no other begins so, or the token itself')
    .addHelpText(
      'after',
      `
Exit code 4 if there is no such token, or more than one; then nothing was changed.

What is kept beside the file may still have its hash, of which nobody can make a token.

Examples:
  holdfast auth token delete k3Tq9ZbA
  holdfast auth token delete k3`,
    )
    .action(remove);
}

async function remove(which: string, flags: Flags): Promise<void> {
  await withTokens(flags, async (tokens, file) => {
    const deleted = await tokens.delete(which);
    note(`deleted ${deleted} from ${file}: it is refused everywhere from now on`);
    if (flags.json) printJson({ deleted });
  });
}
