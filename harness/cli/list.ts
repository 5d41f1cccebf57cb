import { Argument, type Command } from 'commander';
import { parseCount } from '../../src/cli/parse.js';
import { pageOf, printReport } from '../../src/cli/render.js';
import { cutTo, wrapTo } from '../../src/cli/text.js';
import { UsageError } from '../../src/cli/usage-error.js';
import { keepLatest, runsIn, runsToText } from './list-runs.js';

const kinds = {
  scenarios: 'what happens in a stress run',
  targets: 'stores that ship, most of them with a bug',
  programs: 'specifications of programs that ship as data',
  profiles: 'client programs',
  faults: 'what goes wrong on purpose',
  runs: 'what is in reports, the latest first',
};
type Kind = keyof typeof kinds;

export function addList(program: Command): void {
  program
    .command('list')
    .description(
      'what there is: scenarios, targets, programs, profiles (client programs), faults, or the runs in reports',
    )
    .addArgument(new Argument('[kind]', 'what to list; default: the kinds').choices(Object.keys(kinds)))
    .option('--keep <n>', 'of runs: remove all but the latest n', parseCount)
    .option('--json', 'as JSON')
    .action(async (kind: Kind | undefined, flags: { keep?: number; json?: boolean }) => {
      if (kind === undefined) await listItems('kinds', flags);
      else if (kind === 'runs') await listRuns(flags);
      else await listItems(kind, flags);
    });
}

async function listItems(kind: Listed, { keep, json }: { keep?: number; json?: boolean }) {
  if (keep !== undefined) throw new UsageError('--keep removes runs', `leave it out of: list ${kind}`);
  const items = await itemsOf(kind);
  process.stdout.write(json ? `${JSON.stringify(items, null, 2)}\n` : toText(items, pageOf().columns));
}

async function listRuns({ keep, json }: { keep?: number; json?: boolean }) {
  const all = await runsIn('reports');
  const runs = keep === undefined ? all : keepLatest(all, keep);
  if (json) process.stdout.write(`${JSON.stringify(runs, null, 2)}\n`);
  else if (runs.length === 0) process.stdout.write('no runs in reports\n');
  else printReport(await runsToText(runs));
}

type Listed = Exclude<Kind, 'runs'> | 'kinds';

interface Item {
  name: string;
  title: string;
  why?: string;
}

async function itemsOf(kind: Listed): Promise<Item[]> {
  const { faults, loadScenarios, profiles, shippedPrograms, targets } = await import('../index.js');
  switch (kind) {
    case 'kinds':
      return Object.entries(kinds).map(([name, title]) => ({ name, title }));
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

/** Beside a column of names there is little room on a narrow terminal: then the rest stands below them. */
const besideMin = 40;

/** @param columns of the terminal: titles are broken between words, and reasons are cut. Undefined for a pipe, which gets all of it */
function toText(items: readonly Item[], columns = Number.POSITIVE_INFINITY): string {
  const width = Math.max(...items.map(({ name }) => name.length)) + 2;
  const isBeside = columns - width >= besideMin;
  const indent = ' '.repeat(isBeside ? width : 2);
  const lines = items.flatMap(({ name, title, why }) => {
    const rest = [
      ...wrapTo(title, columns - indent.length),
      ...(why ? [cutTo(why, columns - indent.length)] : []),
    ];
    const indented = rest.map((line) => indent + line);
    return isBeside
      ? [name.padEnd(width) + rest[0], ...indented.slice(1)]
      : [cutTo(name, columns), ...indented];
  });
  return `${lines.join('\n')}\n`;
}
