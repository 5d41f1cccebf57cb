import { parentPort } from 'node:worker_threads';
import { UsageError } from '../../src/cli/usage-error.js';
import type { ModelReport } from '../core/model-report.js';
import type { JudgedRun } from '../core/report.js';
import { type CheckOptions, checkFile } from './check-file.js';

export interface Task {
  file: string;
  options: CheckOptions;
}

/** An error that crosses threads loses its class, and this one decides the exit code. */
export type Answer = { judged: (JudgedRun | ModelReport)[] } | { usage: string };

// A thread of its own: checking is all processor.
parentPort?.on('message', async (task: Task) => parentPort?.postMessage(await work(task)));

async function work({ file, options }: Task): Promise<Answer> {
  try {
    return { judged: await checkFile(file, options) };
  } catch (error) {
    if (error instanceof UsageError) return { usage: error.message };
    throw error;
  }
}
