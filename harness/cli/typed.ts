import { withoutSecrets } from '../../src/cli/masking.js';
import { shellWord } from '../core/shell-word.js';

/** The command as it was typed, with what may be a secret in it masked. @param words its arguments, the name of the command first */
export function commandTyped(words: readonly string[]): string {
  const [name = '', ...rest] = words;
  const isOurs = process.env.npm_package_name === 'holdfast';
  const begin = isOurs ? `npm run ${name} --` : `npx holdfast ${name}`;
  return withoutSecrets([begin, ...rest.map(shellWord)].join(' '), rest);
}
