import type { Command } from 'commander';
import { UsageError } from './usage-error.js';

/** Commands of the harness, which an installation of the store alone does not have. */
export const instruments = [
  'stress',
  'merge',
  'explore',
  'replay',
  'check',
  'list',
  'show',
  'bench',
  'field',
  'init',
];

/** Adds a placeholder for each command of the harness, which says what to install. */
export function addPlaceholders(program: Command): void {
  for (const name of instruments) {
    program
      .command(name, { hidden: true })
      .allowUnknownOption()
      .allowExcessArguments()
      .helpOption(false)
      .action(() => {
        throw new UsageError(
          `"${name}" is a command of the harness, which is not part of this installation`,
          'install the whole package: npm install holdfast',
        );
      });
  }
}
