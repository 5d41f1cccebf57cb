import { type Command, Option } from 'commander';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { pageOf, printReport } from '../../src/cli/render.js';
import type { CheckOptions, JudgedRun, ModelReport } from '../index.js';

const help = `
How a file is written is found out from its content; --format insists on one.

  holdfast   the history.jsonl of a run: judged by all guarantees of a store, or, as --model register, each key by
             itself in one pass, which a file of millions of operations takes
  jepsen     a history.txt (process, type, operation, value, error, with tabs between) or a jepsen.log of any year
  maelstrom  a history.edn: maps one after another, or in one vector

The last two are judged by one model: is there an order of all calls that it allows? By default the one that has their
operations: cas-register for read, write and cas (with [key value] each key by itself), kv for get, put and append.
Lines that are passed over are counted; more than three that look like operations make the verdict unknown.

Exit codes: 0 valid, 1 invalid, 2 usage, 3 not decided, 4 no operation in it, 70 internal error.

  holdfast check reports/latest/history.jsonl
  holdfast check store/latest/history.edn
  holdfast check *.log --format jepsen --model cas-register`;

interface Flags extends CheckOptions {
  json?: boolean;
  verbose?: boolean;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('judge recorded histories, several at once')
    .argument('<file...>', 'history files')
    .addOption(
      new Option('--format <name>', 'format of the files; default: recognised by their content').choices([
        'holdfast',
        'jepsen',
        'maelstrom',
      ]),
    )
    .addOption(
      new Option('--model <name>', 'what they are judged as').choices([
        'credentials',
        'register',
        'cas-register',
        'kv',
      ]),
    )
    .option('--findings <file>', 'write all violations of one history of ours, as a line of JSON each')
    .option('--verbose', 'tell of every violation that a report has, as a table')
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run);
}

async function run(files: string[], { json, verbose, ...options }: Flags): Promise<void> {
  const { checkFiles, describeRuns, modelsToText, NothingMatchedError, worstOf } = await import(
    '../index.js'
  );
  const judged = await checkFiles(files, options);
  const models = judged.filter(isOfModel);
  const runs = judged.filter((one): one is JudgedRun => !isOfModel(one));
  const text = [
    ...(runs.length > 0
      ? [describeRuns(runs, { columns: pageOf().columns, isVerbose: verbose === true })]
      : []),
    ...(models.length > 0 ? [modelsToText(models)] : []),
  ].join('\n\n');
  if (json) process.stdout.write(`${JSON.stringify(judged, null, 2)}\n`);
  else printReport(text);
  const results = judged.flatMap(({ result }) => (result === 'none' ? [] : [result]));
  const empty = models.filter(({ result }) => result === 'none');
  // What is wrong in one file outweighs that there is nothing in another.
  if (empty.length > 0 && !results.includes('invalid')) {
    throw new NothingMatchedError(empty.map(({ file, scope }) => `${file}: ${scope}`).join('\n'));
  }
  process.exitCode = exitCodes[worstOf(results)];
}

function isOfModel(one: JudgedRun | ModelReport): one is ModelReport {
  return 'model' in one;
}
