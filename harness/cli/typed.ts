import { looksSecret, withoutSecrets } from '../../src/cli/masking.js';
import { shellWord } from '../core/shell-word.js';

/** Options whose values are names, numbers and times: a list of names is long, and would be taken for a secret. */
const plain = /^--(scenario|target|seed|duration|out|runtime|clients|operations|reporter|shard)$/;

/** The command as it was typed, with what may be a secret in it masked. @param words its arguments, the name of the command first */
export function commandTyped(words: readonly string[]): string {
  const [name = '', ...rest] = words;
  const begin = process.env.npm_package_name === 'holdfast' ? `npm run ${name} --` : `npx holdfast ${name}`;
  const told = rest.map((word, at) => {
    const isPlain = plain.test(rest[at - 1] ?? '') && !word.split(/[,?=&:/]/).some(looksSecret);
    return isPlain ? shellWord(word) : shellWord(withoutSecrets(word, [word]));
  });
  return [begin, ...told].join(' ');
}
