import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { CheckOptions, JudgedRun, ModelReport } from '../../harness/index.js';
import { exitCodes } from './exit-codes.js';

const help = `
A history in the format holdfast is judged by all guarantees of a store, or, as --model register, each key by itself
in one pass, which a file of millions of operations takes. The other formats are judged by one model: is there an order of
all calls that it allows? jepsen: a jepsen.log, by default as cas-register. maelstrom: EDN, a map a line, by default as kv.

Exit codes: 0 valid, 1 invalid, 2 usage, 3 not decided, 4 no run in it, 70 internal error.

  holdfast check reports/latest/history.jsonl
  holdfast check *.log --format jepsen --model cas-register`;

interface Flags extends CheckOptions {
  json?: boolean;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('judge recorded histories, several at once')
    .argument('<file...>', 'history files')
    .addOption(
      new Option('--format <name>', 'how they are written').choices(['holdfast', 'jepsen', 'maelstrom']),
    )
    .addOption(
      new Option('--model <name>', 'what they are judged as').choices([
        'credentials',
        'register',
        'cas-register',
        'kv',
      ]),
    )
    .option('--json', 'as JSON')
    .addHelpText('after', help)
    .action(run);
}

async function run(files: string[], { json, ...options }: Flags): Promise<void> {
  const { checkFiles, describeRuns, modelsToText, NothingMatchedError, UsageError, worstOf } = await import(
    '../../harness/index.js'
  );
  const missing = files.find((file) => !existsSync(file));
  if (missing) throw new UsageError(`no history at ${missing}`, 'expected the history.jsonl of a run');
  const judged = await checkFiles(files, options);
  if (judged.length === 0) throw new NothingMatchedError(`there is no run in ${files.join(', ')}`);
  const isOfModel = (one: JudgedRun | ModelReport): one is ModelReport => 'model' in one;
  const [first] = judged;
  const text =
    first && isOfModel(first) ? modelsToText(judged.filter(isOfModel)) : describeRuns(judged as JudgedRun[]);
  process.stdout.write(json ? `${JSON.stringify(judged, null, 2)}\n` : `${text}\n`);
  process.exitCode = exitCodes[worstOf(judged.map(({ result }) => result))];
}
