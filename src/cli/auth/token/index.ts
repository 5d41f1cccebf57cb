import type { Command } from 'commander';
import { addCreate } from './create.js';
import { addDelete } from './delete.js';
import { addList } from './list.js';
import { addRotate } from './rotate.js';

export function addToken(auth: Command): void {
  const token = auth
    .command('token')
    .description("create, list, delete and rotate the tokens of the agent's server")
    .addHelpText(
      'after',
      `
Only the command that makes a token shows it: alone on stdout, or in a new file of mode 600 (--out). Its hash is stored, in
$OPENCODE_CONFIG_DIR/auth-tokens.json, else $XDG_CONFIG_HOME/opencode/auth-tokens.json (~/.config/opencode/auth-tokens.json),
unless --file names another file.

Every process refuses a deleted token as soon as the command returns. To delete all tokens at once, remove the file: nothing
restores it. While the file can't be read, every token is refused. These commands restore a file that was damaged in place, and
leave any other damage to you: see holdfast auth restore --file.

Examples:
  holdfast auth token create --name laptop --out token
  holdfast auth token create --name ci --permissions read --expires 12h | gh secret set AGENT_TOKEN
  holdfast auth token list
  holdfast auth token delete k3Tq

Exit codes: 0 done, 1 the store refused and nothing was changed, 2 usage, 3 the change may or may not have happened, 4 no
token matches, or more than one, 70 internal error.`,
    );
  for (const add of [addCreate, addList, addDelete, addRotate]) add(token);
}
