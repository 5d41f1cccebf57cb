import type { Command } from 'commander';
import { addDoctor } from './doctor.js';
import { addForget } from './forget.js';
import { addGet } from './get.js';
import { addGuard } from './guard.js';
import { addList } from './list.js';
import { addRemove } from './remove.js';
import { addRestore } from './restore.js';
import { addSet } from './set.js';
import { addToken } from './token/index.js';
import { addWatch } from './watch.js';

export function addAuth(program: Command): void {
  const auth = program
    .command('auth')
    .description(
      "read, change, watch, guard, diagnose, restore and forget the credentials in the agent's file, or in another",
    )
    .addHelpText(
      'after',
      `
The file is $XDG_DATA_HOME/opencode/auth.json (~/.local/share/opencode/auth.json), unless --file names another. Secrets are
masked: the last 4 characters of a secret are shown if it has more than 16, and none otherwise. A file that another user could
replace is refused, unless you give --allow-unsafe. Root acts as the file's owner.

Examples:
  holdfast auth list
  pass show anthropic | head -n1 | holdfast auth set anthropic
  holdfast auth get anthropic --field key
  holdfast auth doctor

Exit codes: 0 done, 1 the store refused and nothing was changed, or doctor found a problem, 2 usage, 3 the change may or may
not have happened, 4 there is no such entry, 70 internal error, 130 interrupted.`,
    );
  for (const add of [
    addList,
    addGet,
    addSet,
    addRemove,
    addForget,
    addWatch,
    addGuard,
    addDoctor,
    addRestore,
    addToken,
  ])
    add(auth);
}
