import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addProduct } from '../../src/cli/product.js';
import { commandLines, documents, project } from '../../src/documents/snippets.test.helper.js';
import { addInstruments } from './index.js';

const program = new Command('holdfast');
addInstruments(program);
addProduct(program);

/** The words of each command of ours that stands in a document, in a line of a shell or between backticks. */
const mentioned = [
  ...commandLines,
  ...documents
    // What was changed may be there no more.
    .filter((document) => document !== 'CHANGELOG.md')
    .map((document) => readFileSync(path.join(project, document), 'utf8'))
    .flatMap((text) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)),
].flatMap((line) => {
  const [, words] =
    /^(?:npm run (?=(?:stress|explore|replay|check|bench) -- )|(?:npx )?holdfast )(.*)/.exec(line) ?? [];
  // What stands in quotes is another program's.
  return words === undefined
    ? []
    : [
        words
          .replace(/'[^']*'/g, "''")
          .replace(' -- ', ' ')
          .split(' '),
      ];
});

/** The options of a command line that no command has. */
function unknownOptions(words: readonly string[]): string[] {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) break;
    command = next;
  }
  const known = [...command.options.map(({ long }) => long), '--help'];
  return words.filter((word) => /^--\w/.test(word) && !known.includes(word.replace(/=.*/, '')));
}

it('every option that a document gives to a command exists', () => {
  expect(mentioned.length).toBeGreaterThan(30);
  const wrong = mentioned.filter((words) => unknownOptions(words).length > 0);
  expect(wrong.map((words) => words.join(' '))).toEqual([]);
});
