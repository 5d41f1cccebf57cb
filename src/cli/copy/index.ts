import type { Command } from 'commander';
import { parseNames } from '../parse.js';
import { copy } from './run.js';

export interface CopyFlags {
  from: string;
  to: string;
  only?: string[];
  merge?: boolean;
  replace?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addCopy(program: Command): void {
  program
    .command('copy')
    .description('copy the credentials of one store to another: files, and engines by their addresses')
    .requiredOption('--from <place>', 'the path of a file, or the address of an engine')
    .requiredOption('--to <place>', 'the same; it must be empty, or --merge or --replace given')
    .option('--only <name...>', 'these entries alone', parseNames)
    .option('--merge', 'an entry that is there already stays as it is')
    .option('--replace', 'an entry that is there already is replaced')
    .option('--dry-run', 'say what would be copied, and write nothing')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
The source stays as it is. Up to 120 entries are one commit; more go in parts, each of which is whole. What was written is read back
and compared. Tokens are not copied: make new ones at the new place.

Examples:
  holdfast copy --from ~/.local/share/opencode/auth.json --to etcd://10.0.0.11:2379/team-a --dry-run
  holdfast copy --from etcd://10.0.0.11:2379/team-a --to backup.json --only anthropic

Exit codes: 0 done, 1 a store refused, or another program has changed what was copied, 2 usage, or the target is not empty, 3 the
change may or may not have happened, 4 there is no such entry.`,
    )
    .action(copy);
}
