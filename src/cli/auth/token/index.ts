import type { Command } from 'commander';
import { addCreate } from './create.js';
import { addDelete } from './delete.js';
import { addList } from './list.js';
import { addRotate } from './rotate.js';

export function addToken(auth: Command): void {
  const token = auth
    .command('token')
    .description("the tokens of the agent's server: create, list, delete, rotate")
    .addHelpText(
      'after',
      `
A token is shown once, by the command that makes it: alone on stdout, or in a new file of mode 600 by --out. What is stored is
its hash. The file is
$OPENCODE_CONFIG_DIR/auth-tokens.json, else $XDG_CONFIG_HOME/opencode/auth-tokens.json (~/.config/opencode/auth-tokens.json),
unless --file names another. A deleted token is refused by every process from the moment on at which the command has
returned. To refuse all at once, remove the file: nothing brings it back. While the file can't be read nobody is let in; the next
of these commands restores one that was damaged where it stands, and leaves any other to you: see holdfast auth restore --file.

Examples:
  holdfast auth token create --name laptop --out token
  holdfast auth token create --name ci --permissions read --expires 12h | gh secret set AGENT_TOKEN
  holdfast auth token list
  holdfast auth token delete k3Tq

Exit codes: 0 done, 1 the store refused and nothing was changed, 2 usage, 3 the change may or may not have happened, 4 there
is no such token, or more than one, 70 internal error.`,
    );
  for (const add of [addCreate, addList, addDelete, addRotate]) add(token);
}
