import type { Command } from 'commander';
import { parseNames } from '../parse.js';
import { copy, exportSealed, importSealed } from './run.js';

export interface CopyFlags {
  from: string;
  to: string;
  only?: string[];
  merge?: boolean;
  replace?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export interface ExportFlags {
  from: string;
  to: string;
  keys?: string;
  only?: string[];
  json?: boolean;
}

export interface ImportFlags extends CopyFlags {
  keys?: string;
}

const placeHelp = 'the path of a file, or the address of an engine';
const targetHelp = `${placeHelp}; it must be empty, or --merge or --replace given`;
const keysHelp = 'the file of keys; default: $HOLDFAST_KEYS_FILE';

/** What is there already, and what is written: the same for each command that writes to a store. */
function addChoices(command: Command): Command {
  return command
    .option('--only <name...>', 'these entries alone', parseNames)
    .option('--merge', 'an entry that is there already stays as it is')
    .option('--replace', 'an entry that is there already is replaced')
    .option('--dry-run', 'say what would be copied, and write nothing')
    .option('--json', 'as JSON');
}

export function addCopy(program: Command): void {
  const command = program
    .command('copy')
    .description('copy the credentials of one store to another: files, and engines by their addresses')
    .requiredOption('--from <place>', placeHelp)
    .requiredOption('--to <place>', targetHelp);
  addChoices(command)
    .addHelpText(
      'after',
      `
The source stays as it is. Up to 120 entries of 600 KiB together are one commit; more go in parts, each of which is whole, and an entry
that another process has written meanwhile is replaced by --replace alone. What was written is read back and compared. Tokens are not copied: make new ones at the new place.

Examples:
  holdfast copy --from ~/.local/share/opencode/auth.json --to etcd://10.0.0.11:2379/team-a --dry-run
  holdfast copy --from etcd://10.0.0.11:2379/team-a --to backup.json --only anthropic

Exit codes: 0 done, 1 a store refused, or another program has changed what was copied, 2 usage, or the target is not empty, 3 the
change may or may not have happened, 4 there is no such file or entry.`,
    )
    .action(copy);
}

/** Adds `export` and `import`: what the one writes, the other reads. */
export function addSealedCopies(program: Command): void {
  program
    .command('export')
    .description(
      'write the credentials of a store to a new file, sealed: a backup, or a way between two networks',
    )
    .requiredOption('--from <place>', placeHelp)
    .requiredOption('--to <path>', 'a new file, of mode 600')
    .option('--keys <path>', keysHelp)
    .option('--only <name...>', 'these entries alone', parseNames)
    .option('--json', 'as JSON: the names, never a value')
    .addHelpText(
      'after',
      `
The whole file is sealed by the first key (AES-256-GCM): without the keys no value or name in it can be read,
and no change of it goes unseen. Tokens are not exported. holdfast key create makes a file of keys; keep it apart from the export.

Examples:
  holdfast export --from etcd://10.0.0.11:2379/team-a --to team-a.sealed --keys keys
  holdfast import --from team-a.sealed --to ~/.local/share/opencode/auth.json --keys keys --dry-run

Exit codes: 0 done, 1 the store or the disk refused, 2 usage, or the file exists, 4 there is no such file or entry.`,
    )
    .action(exportSealed);
  const command = program
    .command('import')
    .description('copy the credentials in a file that export has written to a store')
    .requiredOption('--from <path>', 'the file')
    .requiredOption('--to <place>', targetHelp)
    .option('--keys <path>', keysHelp);
  addChoices(command)
    .addHelpText(
      'after',
      `
Exit codes: 0 done, 1 the store refused, or no key opens the file, 2 usage, or the target is not empty, 3 the change may or may not
have happened, 4 there is no such file or entry.`,
    )
    .action(importSealed);
}
