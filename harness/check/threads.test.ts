import { describe, expect, it } from 'vitest';
import { onThreads } from './threads.js';

/** What a thread does with a task is the text of the task. */
const program = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort, threadId } from 'node:worker_threads';
    parentPort.on('message', async (text) => {
      const value = await new Function('threadId', \`return \${text}\`)(threadId);
      parentPort.postMessage(value);
    });`)}`,
);

describe('tasks on threads', () => {
  it('answers come in the order of the tasks, and a thread takes more than one', async () => {
    const tasks = Array.from({ length: 6 }, (_, n) => `[${n}, threadId]`);
    const answers = await onThreads<string, [number, number]>(program, tasks, 2);
    expect(answers.map(([n]) => n)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(answers.map(([, thread]) => thread)).size).toBeLessThanOrEqual(2);
  });

  it('an error of a thread is that of the call', async () => {
    const failing = onThreads(program, ['1', 'Promise.reject(new RangeError("broken"))'], 2);
    await expect(failing).rejects.toThrow(new RangeError('broken'));
  });

  it('a thread that ends without an answer is an error, even in its second task', async () => {
    const ending = onThreads(program, ['1', 'process.exit(3)'], 1);
    await expect(ending).rejects.toThrow('a thread ended with code 3 without an answer');
  });
});
