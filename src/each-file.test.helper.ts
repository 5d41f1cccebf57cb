import { afterAll, afterEach, vi } from 'vitest';
import { endFile } from './file-end.test.helper.js';

declare module 'vitest' {
  interface TaskMeta {
    /** How often the test was tried again. The JSON report has it, and `.ci/count.mjs` counts it. */
    retries?: number;
  }
}

/** Vitest runs this for each test file, also where one worker runs many: the next one must not have this one's environment. */
afterAll(() => {
  vi.unstubAllEnvs();
  endFile();
});

/** A test may be tried again where it has to meet a race. One that needs it more and more often has begun to miss its bug. */
afterEach(({ task }) => {
  const retries = task.result?.retryCount ?? 0;
  if (retries === 0) return;
  task.meta.retries = retries;
  const [error] = task.result?.errors ?? [];
  process.stderr.write(`retried (${retries}): ${task.fullName}: ${error?.message.split('\n', 1)[0] ?? ''}\n`);
});
