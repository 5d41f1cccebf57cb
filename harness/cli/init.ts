import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { templates } from './init-templates.js';

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a target, a scenario, a test, a configuration and a workflow to begin with')
    .argument('[dir]', 'where', '.')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nA file that is there already is left as it is.')
    .action(init);
}

function init(directory: string, { json }: { json?: boolean }): void {
  const results = Object.entries(templates).map(([name, text]) => {
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
  process.stdout.write('\nThese need: npm install --save-dev esbuild tsx\n');
  process.stdout.write('Make holdfast/target.ts open your own store, then: npx holdfast stress\n');
}
