import { expect, test } from 'vitest';
import type * as Built from './built.test.helper.js';

const built = new URL('../../dist/harness/bench/built.test.helper.js', import.meta.url).href;
const { exploreByProcesses } = (await import(built)) as typeof Built;

test('what is measured as real processes is searched by these', async () => {
  const { executor, executions } = await exploreByProcesses({ target: 'naive', schedules: 1, threads: 1 });
  expect([executor, executions]).toEqual(['process', 1]);
});
