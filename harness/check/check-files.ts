import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { UsageError } from '../../src/cli/usage-error.js';
import type { JudgedRun, ModelReport } from '../core/report.js';
import { type CheckOptions, checkFile, expectModel } from './check-file.js';
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

  const pool = new Tinypool({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: 0,
    maxThreads: Math.min(files.length, availableParallelism()),
  });
  try {
    const tasks = files.map(async (file) => {
      const answer: Answer = await pool.run({ file, options } satisfies Task);
      if ('usage' in answer) throw new UsageError(answer.usage);
      return answer.judged;
    });
    return (await Promise.all(tasks)).flat();
  } finally {
    await pool.destroy();
  }
}
