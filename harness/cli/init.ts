import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { closest } from '../../src/cli/closest.js';
import { parseNames } from '../../src/cli/parse.js';
import { type CiName, ciNames, ciTemplates } from './init-ci.js';
import { templates } from './init-templates.js';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a target, a scenario, a test, a configuration and a workflow to begin with')
    .argument('[dir]', 'where', '.')
    .option(
      '--ci <list>',
      `workflows that divide a run among machines: ${ciNames.join(', ')}; default: github`,
      parseCi,
    )
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(init);
}

const help = `
A file that is there already is left as it is.

Examples:
  holdfast init                              here, with a workflow of GitHub Actions
  holdfast init --ci gitlab,kubernetes       with a pipeline of GitLab, and Indexed Jobs of Kubernetes`;

function parseCi(text: string): CiName[] {
  return parseNames(text).map((one) => {
    const name = ciNames.find((known) => known === one);
    if (name !== undefined) return name;
    throw new InvalidArgumentError(
      `Expected one or more of ${ciNames.join(', ')}; got "${one}"${closest(one, ciNames)}.`,
    );
  });
}

function init(directory: string, { json, ci = ['github'] }: { json?: boolean; ci?: CiName[] }): void {
  const files = Object.assign({}, templates, ...ci.map((name) => ciTemplates[name])) as Record<
    string,
    string
  >;
  const results = Object.entries(files).map(([name, text]) => {
    const file = path.join(directory, name);
    if (existsSync(file)) return { file, written: false };
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
    return { file, written: true };
  });
  if (json) {
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  for (const { file, written } of results)
    process.stdout.write(`${written ? 'written' : 'there already'}  ${file}\n`);
  process.stdout.write('\nThese need: npm install --save-dev esbuild tsx vitest\n');
  process.stdout.write('Make holdfast/target.ts open your own store, then: npx holdfast stress\n');
}
