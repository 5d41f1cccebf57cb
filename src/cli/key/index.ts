import type { Command } from 'commander';
import { storeHelp } from '../engine.js';
import { create, list, resealAll } from './run.js';

export interface KeyFlags {
  file?: string;
  id?: string;
  store?: string;
  json?: boolean;
}

const fileHelp = 'the file of keys; default: $HOLDFAST_KEYS_FILE';

export function addKey(program: Command): void {
  const key = program
    .command('key')
    .description('make and list the keys that seal the values of a store on an engine, and seal them anew')
    .addHelpText(
      'after',
      `
A file of keys has one a line, an id and 32 random bytes, and mode 600. The first key seals, and all of them open. To replace one:
add a new one behind it and give the file to every process; put its line first, and give that; then reseal until it says 0; then
drop the old line. No command prints a key. Keep a copy of the file elsewhere: a lost key loses what it has sealed.

Examples:
  holdfast key create --file keys
  holdfast key list --file keys
  HOLDFAST_KEYS_FILE=keys holdfast key reseal --store etcd://127.0.0.1:2379/team-a`,
    );
  key
    .command('create')
    .description('make a key, at the end of the file: the first of a new file seals')
    .option('--file <path>', fileHelp)
    .option('--id <id>', 'its name: letters, digits, _ and -; default: k1, k2, ...')
    .action(create);
  key
    .command('list')
    .description('list the ids of the keys, the one that seals first')
    .option('--file <path>', fileHelp)
    .option('--json', 'as JSON')
    .action(list);
  key
    .command('reseal')
    .description('seal by the first key all values of a store, its tokens too, that it has not sealed yet')
    .option('--store <address>', storeHelp)
    .action(resealAll);
}
