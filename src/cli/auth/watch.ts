import { once } from 'node:events';
import type { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { note, print, printJson, shown } from './output.js';
import { type FileFlags, storeOf, storeSubcommand, withStore } from './source.js';

export function addWatch(auth: Command): void {
  storeSubcommand(auth, 'watch', 'print the names of entries as they change, one line each')
    .addHelpText(
      'after',
      `
Runs until it is interrupted; the exit code is then 130. Changes in quick succession may come as one.
With --json each line is an object: {"change":"changed","provider":"anthropic"}; "change" may also be "removed".

Examples:
  holdfast auth watch
  holdfast auth watch --json | while read -r change; do ./reload; done`,
    )
    .action(watch);
}

async function watch(flags: FileFlags): Promise<void> {
  const interrupt = onInterrupt();
  const file = await storeOf(flags);
  const printChange = (change: 'changed' | 'removed', names: readonly string[]) => {
    for (const provider of names) {
      if (flags.json) printJson({ change, provider }, { lines: false });
      else print(`${change} ${shown(provider)}`);
    }
  };
  await withStore(file, flags, async (store) => {
    // An unusable file is an error now; later it is a state that passes, and prints nothing.
    await store.all();
    store.watch(
      ({ changed, removed }) => {
        printChange('changed', changed);
        printChange('removed', removed);
      },
      { keepAlive: true },
    );
    note(`watching ${file}`);
    await once(interrupt, 'abort');
  });
  process.exitCode = exitCodes.interrupted;
}
