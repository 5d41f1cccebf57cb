import { Argument, type Command } from 'commander';

const kinds = ['scenarios', 'targets', 'programs', 'profiles', 'faults'] as const;
type Kind = (typeof kinds)[number];

export function addList(program: Command): void {
  program
    .command('list')
    .description('what there is: scenarios, targets, programs, profiles (client programs) or faults')
    .addArgument(new Argument('<kind>', 'what to list').choices(kinds))
    .option('--json', 'as JSON')
    .action(async (kind: Kind, { json }: { json?: boolean }) => {
      const items = await itemsOf(kind);
      process.stdout.write(json ? `${JSON.stringify(items, null, 2)}\n` : toText(items));
    });
}

interface Item {
  name: string;
  title: string;
  why?: string;
}

async function itemsOf(kind: Kind): Promise<Item[]> {
  const { faults, loadScenarios, profiles, shippedPrograms, targets } = await import('../index.js');
  switch (kind) {
    case 'scenarios':
      return (await loadScenarios()).map(({ name, title, why }) => ({ name, title, why }));
    case 'targets':
      return Object.entries(targets).map(([name, title]) => ({ name, title }));
    case 'programs':
      return [...shippedPrograms()].map(([name, { title = '', tried = [] }]) => ({
        name,
        title,
        ...(tried.length > 0 ? { why: `tried: ${[tried].flat().join('; ')}` } : {}),
      }));
    case 'profiles':
      return Object.entries(profiles).map(([name, { title }]) => ({ name, title }));
    case 'faults':
      return Object.entries(faults).map(([name, title]) => ({ name, title }));
  }
}

function toText(items: readonly Item[]): string {
  const width = Math.max(...items.map(({ name }) => name.length));
  const lines = items.flatMap(({ name, title, why }) => [
    `${name.padEnd(width)}  ${title}`,
    ...(why ? [`${' '.repeat(width)}  ${why}`] : []),
  ]);
  return `${lines.join('\n')}\n`;
}
