import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Gives tasks to threads. A thread takes the next one when it has answered, as it takes 20 ms of a processor to start another.
 * @param program a module that posts one answer for each message
 * @returns the answers in the order of the tasks
 * @throws what a thread threw, or an Error if one ended without an answer; the others are ended, too
 */
export async function onThreads<Task, Answer>(
  program: URL,
  tasks: readonly Task[],
  threadsMax: number,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = tasks.entries();
  const threads = Array.from({ length: Math.min(threadsMax, tasks.length) }, () => startThread(program));
  try {
    await Promise.all(
      threads.map(async ({ worker, failed }) => {
        for (const [at, task] of waiting) {
          const answered = once(worker, 'message').then(([answer]) => answer);
          worker.postMessage(task);
          answers[at] = await Promise.race([answered, failed]);
        }
      }),
    );
    return answers;
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
}

function startThread(program: URL): { worker: Worker; failed: Promise<never> } {
  const worker = new Worker(program);
  const failed = new Promise<never>((_, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread ended with code ${code} without an answer`)));
  });
  // All are ended at last, and then none is waited for.
  failed.catch(() => {});
  return { worker, failed };
}
