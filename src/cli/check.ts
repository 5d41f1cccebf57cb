import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { exitCodes } from './exit-codes.js';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('judge recorded histories again')
    .argument('<file...>', 'history.jsonl files')
    .option('--json', 'as JSON')
    .action(async (files: string[], { json }: { json?: boolean }) => {
      const { describeRuns, judgeHistory, NothingMatchedError, UsageError, worstOf } = await import(
        '../../harness/index.js'
      );
      const missing = files.find((file) => !existsSync(file));
      if (missing) throw new UsageError(`no history at ${missing}`, 'expected the history.jsonl of a run');
      const judged = (await Promise.all(files.map((file) => judgeHistory(file)))).flat();
      if (judged.length === 0) throw new NothingMatchedError(`there is no run in ${files.join(', ')}`);
      process.stdout.write(json ? `${JSON.stringify(judged, null, 2)}\n` : `${describeRuns(judged)}\n`);
      process.exitCode = exitCodes[worstOf(judged.map(({ result }) => result))];
    });
}
