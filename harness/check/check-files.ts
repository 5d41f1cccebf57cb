import { availableParallelism } from 'node:os';
import { UsageError } from '../../src/cli/usage-error.js';
import type { ModelReport } from '../core/model-report.js';
import type { JudgedRun } from '../core/report.js';
import { type CheckOptions, checkFile, expectModel } from './check-file.js';
import { onThreads } from './threads.js';
import type { Answer, Task } from './worker.js';

/**
 * Judges history files, several at once on as many processors as there are.
 * @returns the verdicts in the order of the files
 * @throws UsageError naming the file that can't be read, or what does not fit together
 */
export async function checkFiles(
  files: readonly string[],
  options: CheckOptions = {},
): Promise<(JudgedRun | ModelReport)[]> {
  if (options.format !== undefined) expectModel(options.format, options.model);
  const [only, ...others] = files;
  if (only === undefined) return [];
  if (others.length === 0) return checkFile(only, options);
  if (options.findings !== undefined)
    throw new UsageError(
      `--findings is of one history, and there are ${files.length}`,
      'check them one by one',
    );

  const answers = await onThreads<Task, Answer>(
    new URL('./worker.js', import.meta.url),
    files.map((file) => ({ file, options })),
    availableParallelism(),
  );
  return answers.flatMap((answer) => {
    if ('usage' in answer) throw new UsageError(answer.usage);
    return answer.judged;
  });
}
