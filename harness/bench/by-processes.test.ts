import { expect, test } from 'vitest';
import type * as ByProcesses from './by-processes.js';

const built = new URL('../../build/harness/bench/by-processes.js', import.meta.url).href;
const { exploreByProcesses } = (await import(built)) as typeof ByProcesses;

test('what is measured as real processes is searched by these', async () => {
  const { executor, executions } = await exploreByProcesses({ target: 'naive', schedules: 1, threads: 1 });
  expect([executor, executions]).toEqual(['process', 1]);
});
